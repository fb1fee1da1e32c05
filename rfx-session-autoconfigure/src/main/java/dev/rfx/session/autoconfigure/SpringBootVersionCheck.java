package dev.rfx.session.autoconfigure;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Refuses an application with an unsupported version of Spring Boot, before anything is configured.
 * With Spring Boot 3 everything would seem to work, but health would be missing, because its
 * classes have moved. So this class uses only classes that Spring Boot 3 has, too.
 */
final class SpringBootVersionCheck
        implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

    private static final int OLDEST_MAJOR = 4;

    private final Supplier<@Nullable String> version;

    SpringBootVersionCheck() {
        this(SpringBootVersion::getVersion);
    }

    SpringBootVersionCheck(Supplier<@Nullable String> version) {
        this.version = version;
    }

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        String found = this.version.get();
        if (found != null && major(found) < OLDEST_MAJOR) {
            throw new UnsupportedSpringBootException(found);
        }
    }

    /** A version that cannot be parsed is accepted. */
    private static int major(String version) {
        try {
            return Integer.parseInt(version.split("\\.", 2)[0]);
        } catch (NumberFormatException ex) {
            return OLDEST_MAJOR;
        }
    }
}
