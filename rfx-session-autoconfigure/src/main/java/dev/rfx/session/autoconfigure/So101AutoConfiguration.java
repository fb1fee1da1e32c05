package dev.rfx.session.autoconfigure;

import dev.rfx.session.Robot;
import dev.rfx.session.so101.So101Robot;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of an SO-101 arm as the {@link Robot}, if its port is set and the application
 * does not declare a {@code Robot} bean. The port is opened when a session starts, not here.
 *
 * @since 0.1
 */
@AutoConfiguration(before = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@ConditionalOnProperty(So101AutoConfiguration.PORT)
@ConditionalOnMissingBean(Robot.class)
@EnableConfigurationProperties(So101Properties.class)
public final class So101AutoConfiguration {

    static final String PORT = "rfx.session.so101.port";
    static final String ARM = "rfxSo101Robot";

    private static final String LIBRARY = "com/fazecast/jSerialComm/SerialPort.class";

    @Bean(ARM)
    So101Robot rfxSo101Robot(Environment environment, ResourceLoader classPath) {
        return arm(ConfiguredSession.common(environment), classPath);
    }

    /** {@return the arm with the properties of a session} */
    static So101Robot arm(ConfiguredSession session, ResourceLoader classPath) {
        requireLibrary(session, classPath);
        return session.checked(() -> session.so101().toRobot());
    }

    /** Looks for a resource, because loading the class affects the whole JVM. */
    private static void requireLibrary(ConfiguredSession session, ResourceLoader classPath) {
        if (!classPath.getResource(ResourceLoader.CLASSPATH_URL_PREFIX + LIBRARY).exists()) {
            throw new ConfigurationException(
                    session.nameOf("so101.port")
                            + " is set, but the library for serial ports is missing",
                    "Add com.fazecast:jSerialComm to the class path, or remove the property.");
        }
    }
}
