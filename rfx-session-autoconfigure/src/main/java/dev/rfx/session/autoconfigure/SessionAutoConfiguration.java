package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

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
@Import(BeanChoices.Registrar.class)
@ImportRuntimeHints(LibraryHints.class)
public final class SessionAutoConfiguration {

    static final String SESSION = "rfxSession";

    @Bean
    static PropertyNameCheck rfxSessionPropertyNames(ConfigurableEnvironment environment) {
        return new PropertyNameCheck(environment);
    }

    @Bean
    static SwitchedOffBeans rfxSessionDisabled(Environment environment) {
        return new SwitchedOffBeans(environment);
    }

    @Bean
    static ConfiguredSessionsCheck rfxSessionConfigurationsCheck(
            Environment environment, BeanChoices choices) {
        return new ConfiguredSessionsCheck(environment, choices);
    }

    @Bean
    SessionFactory rfxSessionFactory(
            ConfigurableListableBeanFactory beanFactory, Environment environment) {
        return new SessionFactory(beanFactory, new ConfiguredSessions(environment));
    }

    /** Without a session, too: robots need the rate, and other sessions derive their options. */
    @Bean
    @ConditionalOnMissingBean
    SessionOptions rfxSessionOptions(SessionFactory factory, Environment environment) {
        return factory.options(ConfiguredSession.common(environment));
    }

    @Bean
    NoSessionWarning rfxSessionNoSessionWarning(
            ConfigurableListableBeanFactory beanFactory, Environment environment) {
        return new NoSessionWarning(beanFactory, environment);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSessionsEnabled
    @ConditionalOnMissingBean(Session.class)
    @Conditional({OnNoConfiguredSession.class, OnRobot.class, OnPolicy.class})
    static class SessionConfiguration {

        // stop, not close, which throws a failure: it has been logged and published before.
        @Bean(name = SESSION, destroyMethod = "stop")
        Session rfxSession(
                SessionFactory factory, Environment environment, SessionOptions options) {
            return factory.create(ConfiguredSession.common(environment), options, SESSION);
        }
    }

    /** The sessions that the properties name replace the one that they do not name. */
    static final class OnNoConfiguredSession implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !new ConfiguredSessions(context.getEnvironment()).areThere();
        }
    }

    static final class OnRobot extends AnyNestedCondition {

        OnRobot() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnSingleCandidate(Robot.class)
        static final class OneRobot {}

        @ConditionalOnProperty("rfx.session.robot")
        static final class NamedRobot {}
    }

    static final class OnPolicy extends AnyNestedCondition {

        OnPolicy() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnSingleCandidate(Policy.class)
        static final class OnePolicy {}

        @ConditionalOnProperty("rfx.session.policy")
        static final class NamedPolicy {}
    }
}
