package dev.rfx.session.starter;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** A robot, an operator and a viewer. The password of a user is the name. */
@Configuration(proxyBeanMethods = false)
class RobotWithUsers {

    @Bean
    MockRobot robot() {
        return new MockRobot(6, 50);
    }

    @Bean
    Policy<Observation, Tensor> policy() {
        return observation -> Tensor.zeros(6);
    }

    @Bean
    UserDetailsService users() {
        return new InMemoryUserDetailsManager(
                User.withUsername("operator").password("{noop}operator").roles("OPERATOR").build(),
                User.withUsername("viewer").password("{noop}viewer").roles("VIEWER").build());
    }
}
