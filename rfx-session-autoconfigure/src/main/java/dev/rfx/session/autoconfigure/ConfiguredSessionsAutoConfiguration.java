package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.so101.So101Robot;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Auto-configuration of the sessions of {@code rfx.session.sessions}: a {@link Session} for each
 * name, an SO-101 arm if its port is set, and a trained policy if its model is set. A bean of the
 * application with the name of one of these replaces it. Nothing moves here.
 *
 * @since 0.1
 */
@AutoConfiguration(
        after = {So101AutoConfiguration.class, OnnxPolicyAutoConfiguration.class},
        before = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@Import(ConfiguredSessionsAutoConfiguration.Registrar.class)
@ImportRuntimeHints(ConfiguredSessionsAutoConfiguration.Hints.class)
public final class ConfiguredSessionsAutoConfiguration {

    /** The factory of the beans of the sessions. */
    static final String BEANS = "rfxSessionConfigurationBeans";

    @Bean(BEANS)
    Beans rfxSessionConfigurationBeans(
            Environment environment, SessionFactory factory, ResourceLoader resources) {
        return new Beans(new ConfiguredSessions(environment), factory, resources);
    }

    /**
     * Returns the definitions of the beans of a session by name. Each has a method and its
     * argument: a definition with a lambda could not be processed ahead of time.
     */
    static Map<String, RootBeanDefinition> definitions(ConfiguredSession session) {
        Map<String, RootBeanDefinition> beans = new LinkedHashMap<>();
        // stop, not close, as for the session of rfx.session.
        beans.put(session.bean(), definition(session, Session.class, "session", "stop"));
        if (session.port() != null) {
            beans.put(
                    SessionParts.armOf(session),
                    definition(session, So101Robot.class, "so101Robot", "close"));
        }
        if (session.model() != null) {
            beans.put(
                    SessionParts.modelOf(session),
                    definition(session, OnnxPolicy.class, "onnxPolicy", "close"));
        }
        return beans;
    }

    private static RootBeanDefinition definition(
            ConfiguredSession session, Class<?> type, String method, String destroyMethod) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setFactoryBeanName(BEANS);
        definition.setFactoryMethodName(method);
        definition.setTargetType(type);
        definition.setDestroyMethodName(destroyMethod);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, session.name());
        return definition;
    }

    /** Registers the definitions before the conditions on a session are evaluated. */
    static final class Registrar implements ImportBeanDefinitionRegistrar {

        private final Environment environment;

        Registrar(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void registerBeanDefinitions(
                AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            BeanFactory present = (BeanFactory) registry; // with those of the parent contexts
            for (ConfiguredSession session : new ConfiguredSessions(this.environment).enabled()) {
                Map<String, RootBeanDefinition> definitions = definitions(session);
                definitions.keySet().removeIf(present::containsBean);
                definitions.forEach(registry::registerBeanDefinition);
            }
        }
    }

    /** The beans of the sessions, each by the name of its session in the configuration. */
    static final class Beans {

        private final ConfiguredSessions sessions;
        private final SessionFactory factory;
        private final ResourceLoader resources;

        Beans(ConfiguredSessions sessions, SessionFactory factory, ResourceLoader resources) {
            this.sessions = sessions;
            this.factory = factory;
            this.resources = resources;
        }

        Session session(String name) {
            ConfiguredSession session = this.sessions.of(name);
            return this.factory.create(session, this.factory.options(session), session.bean());
        }

        So101Robot so101Robot(String name) {
            return So101AutoConfiguration.arm(this.sessions.of(name), this.resources);
        }

        OnnxPolicy onnxPolicy(String name) {
            ConfiguredSession session = this.sessions.of(name);
            return OnnxPolicyAutoConfiguration.policy(
                    session,
                    () -> this.factory.robotOf(session),
                    this.factory.options(session),
                    this.resources);
        }
    }

    /** The properties of sessions are bound without beans of their own. */
    static final class Hints implements RuntimeHintsRegistrar {

        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            BindableRuntimeHintsRegistrar.forTypes(
                            SessionProperties.class, So101Properties.class, OnnxProperties.class)
                    .registerHints(hints);
        }
    }
}
