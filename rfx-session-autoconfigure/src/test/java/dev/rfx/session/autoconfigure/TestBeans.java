package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.testkit.ScriptedRobot;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of an application. */
@Configuration(proxyBeanMethods = false)
class TestBeans {

    @Bean
    ScriptedRobot robot() {
        return new ScriptedRobot();
    }

    @Bean
    Policy<String, String> policy() {
        return observation -> "action";
    }
}
