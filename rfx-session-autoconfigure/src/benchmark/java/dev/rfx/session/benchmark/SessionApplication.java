package dev.rfx.session.benchmark;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A web application with a session. In a file of its own: the empty one must not know ours. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class SessionApplication {

    @Bean
    Robot<Tensor, Tensor> robot() {
        return new Loop.IdleRobot(new StartInstants(50, 60));
    }

    @Bean
    Policy<Tensor, Tensor> policy() {
        return observation -> observation;
    }
}
