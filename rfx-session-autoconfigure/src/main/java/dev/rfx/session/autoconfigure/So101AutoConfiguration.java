package dev.rfx.session.autoconfigure;

import dev.rfx.session.Robot;
import dev.rfx.session.so101.So101Robot;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnResource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of an SO-101 arm as the {@link Robot}, where its port is set and the
 * application has no robot of its own. The port is opened when a session starts, not here.
 *
 * <p>jSerialComm is looked for as a resource: a condition on the class would load it in every
 * application.
 */
@AutoConfiguration(before = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@ConditionalOnProperty("rfx.session.so101.port")
@ConditionalOnResource(resources = "classpath:com/fazecast/jSerialComm/SerialPort.class")
@ConditionalOnMissingBean(Robot.class)
@EnableConfigurationProperties(So101Properties.class)
public final class So101AutoConfiguration {

    @Bean
    So101Robot rfxSo101Robot(So101Properties properties) {
        return properties.toRobot();
    }
}
