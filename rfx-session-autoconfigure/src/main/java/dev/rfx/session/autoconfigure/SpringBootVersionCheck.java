package dev.rfx.session.autoconfigure;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Refuses an application with a Spring Boot that is too old, before anything is configured. With
 * Boot 3 everything would seem to work, but health would be missing without a word, because its
 * classes have moved. This class therefore needs nothing that Boot 3 does not have.
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

    /** A version that is not read is not refused. */
    private static int major(String version) {
        try {
            return Integer.parseInt(version.split("\\.", 2)[0]);
        } catch (NumberFormatException ex) {
            return OLDEST_MAJOR;
        }
    }
}
