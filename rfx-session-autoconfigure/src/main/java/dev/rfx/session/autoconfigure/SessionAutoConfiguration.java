package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.robot.LimitOptions;
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
 * Auto-configuration of the {@link SessionOptions}, and of the {@link Session} that connects the
 * {@link Robot} and the {@link Policy} of the application. The session backs off if the application
 * declares a {@code Session} bean, or does not have a single candidate for each of the two. Nothing
 * moves here.
 *
 * @since 0.1
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

    /** Without a session, too: robots need the rate, and other sessions derive their options. */
    @Bean
    @ConditionalOnMissingBean
    SessionOptions rfxSessionOptions(
            SessionProperties properties, ConfigurableListableBeanFactory beanFactory) {
        SessionOptions options = properties.toOptions();
        return options.recording() instanceof RecordingOptions recording
                ? options.withRecording(CodecBeans.addTo(recording, beanFactory))
                : options;
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

        // stop, not close, which throws a failure: it has been logged and published before.
        @Bean(name = SESSION, destroyMethod = "stop")
        Session rfxSession(
                Robot<?, ?> robot,
                Policy<?, ?> policy,
                SessionOptions options,
                ConfigurableListableBeanFactory beanFactory) {
            RobotAndPolicyTypes types = RobotAndPolicyTypes.of(beanFactory, SESSION, robot, policy);
            types.requireMatch();
            checked(
                    "engage.max-speed",
                    options.engage().maxSpeed(),
                    speeds -> options.engage().requireFits(robot));
            if (!(options.limits() instanceof LimitOptions)) {
                return connect(robot, policy, options);
            }
            types.requireTensorActions();
            return checked("limits", options.limits(), limits -> connect(robot, policy, options));
        }

        /** The types have been checked as far as they are known. */
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
