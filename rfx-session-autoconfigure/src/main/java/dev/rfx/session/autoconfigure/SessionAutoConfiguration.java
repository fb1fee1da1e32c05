package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AllNestedConditions;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the {@link SessionOptions}, and of the {@link Session} between the
 * application's {@link Robot} and {@link Policy}. The session backs off when the application has
 * one of its own, and when there is not one candidate for each of the two. Nothing moves here.
 */
@AutoConfiguration
@EnableConfigurationProperties(SessionProperties.class)
public final class SessionAutoConfiguration {

    static final String SESSION = "rfxSession";

    @Bean
    static PropertyNameCheck rfxSessionPropertyNames(ConfigurableEnvironment environment) {
        return new PropertyNameCheck(environment);
    }

    @Bean
    static DisabledSessions rfxSessionDisabled(Environment environment) {
        return new DisabledSessions(environment);
    }

    /**
     * Also for robots that have to know the rate, and for sessions that differ in a few options.
     */
    @Bean
    @ConditionalOnMissingBean
    SessionOptions rfxSessionOptions(SessionProperties properties) {
        return properties.toOptions();
    }

    @Bean
    NoSessionWarning rfxSessionNoSessionWarning(
            ConfigurableListableBeanFactory beanFactory, Environment environment) {
        return new NoSessionWarning(beanFactory, environment);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSessionsEnabled
    @ConditionalOnMissingBean(Session.class)
    @Conditional(OnRobotAndPolicy.class)
    static class SessionConfiguration {

        // stop, not close: a failure was logged and published when it happened, and need not be
        // thrown at a context that closes.
        @Bean(name = SESSION, destroyMethod = "stop")
        Session rfxSession(
                Robot<?, ?> robot,
                Policy<?, ?> policy,
                SessionOptions options,
                ConfigurableListableBeanFactory beanFactory) {
            RobotAndPolicyTypes types = RobotAndPolicyTypes.of(beanFactory, SESSION, robot, policy);
            types.requireThatTheyFit();
            if (options.limits() == null) {
                return connect(robot, policy, options);
            }
            types.requireThatActionsCanBeLimited();
            return checked("limits", options.limits(), limits -> connect(robot, policy, options));
        }

        /** The types were checked as far as the beans tell them. */
        @SuppressWarnings("unchecked")
        private static Session connect(
                Robot<?, ?> robot, Policy<?, ?> policy, SessionOptions options) {
            return new Session(
                    (Robot<Object, Object>) robot, (Policy<Object, Object>) policy, options);
        }
    }

    static final class OnRobotAndPolicy extends AllNestedConditions {

        OnRobotAndPolicy() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnSingleCandidate(Robot.class)
        static final class OneRobot {}

        @ConditionalOnSingleCandidate(Policy.class)
        static final class OnePolicy {}
    }
}
