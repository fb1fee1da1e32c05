package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.ConstructorArgumentValues;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * The properties by which the conditions have chosen the beans. They are an argument of the bean
 * definition. So in an application that was processed ahead of time they are those of the build,
 * and a property of the run that would choose other beans is reported. Otherwise they are the same.
 */
final class BeanChoices {

    private static final Logger logger = LoggerFactory.getLogger(BeanChoices.class);

    private static final String BEAN = "rfxSessionBeanChoices";

    /** Properties that choose a robot or a policy only if there is not one candidate. */
    private static final Set<String> NAMED = Set.of("rfx.session.robot", "rfx.session.policy");

    /** Properties of Spring Boot by which it chooses the beans of endpoint and health. */
    private static final List<String> OF_ACTUATOR =
            List.of(
                    "management.endpoints.access.default",
                    "management.endpoint.rfxsession.access",
                    "management.endpoints.web.exposure.include",
                    "management.endpoints.web.exposure.exclude",
                    "management.health.defaults.enabled",
                    "management.health.rfxsession.enabled");

    private final Map<String, String> chosen;

    BeanChoices(Map<String, String> chosen) {
        this.chosen = Map.copyOf(chosen);
    }

    /** {@return the choices by the properties of an environment} */
    static Map<String, String> of(Environment environment) {
        Map<String, String> choices = new LinkedHashMap<>();
        if (NoSession.isPortSet(environment)) {
            choices.put(So101AutoConfiguration.PORT, "");
        }
        if (NoSession.isModelSet(environment)) {
            choices.put(OnnxPolicyAutoConfiguration.MODEL, "");
        }
        NAMED.stream()
                .filter(environment::containsProperty)
                .forEach(property -> choices.put(property, ""));
        new ConfiguredSessions(environment)
                .all()
                .forEach(
                        session -> {
                            choices.put(session.group().toString(), "");
                            if (session.port() != null) {
                                choices.put(session.group() + ".so101.port", "");
                            }
                            if (session.model() != null) {
                                choices.put(session.group() + ".onnx.model", "");
                            }
                        });
        for (String property : OF_ACTUATOR) {
            String value = environment.getProperty(property);
            if (value != null) {
                choices.put(property, value);
            }
        }
        return choices;
    }

    /**
     * Compares the properties of the run with those that have chosen the beans.
     *
     * @throws ConfigurationException if they would choose other robots, policies or sessions
     */
    void check(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        Map<String, String> now = of(environment);
        Set<String> added = difference(now, this.chosen);
        Set<String> removed = difference(this.chosen, now);
        for (ConfiguredSession session : new ConfiguredSessions(environment).all()) {
            if (!session.isEnabled()) {
                added.removeIf(property -> isOf(session, property));
                removed.removeIf(property -> isOf(session, property));
            }
        }
        // With a session the robot and the policy that the run names are found.
        removed.removeAll(NAMED);
        if (isThereASession(beanFactory)) {
            added.removeAll(NAMED);
        }
        warnOfActuator(now);
        if (!added.isEmpty() || !removed.isEmpty()) {
            throw differs(added, removed);
        }
    }

    private static Set<String> difference(Map<String, String> all, Map<String, String> others) {
        Set<String> names = new TreeSet<>(all.keySet());
        names.removeAll(others.keySet());
        OF_ACTUATOR.forEach(names::remove);
        return names;
    }

    private static boolean isOf(ConfiguredSession session, String property) {
        String group = session.group().toString();
        return property.equals(group) || property.startsWith(group + ".");
    }

    private static boolean isThereASession(ConfigurableListableBeanFactory beanFactory) {
        return beanFactory.getBeanNamesForType(Session.class, true, false).length > 0;
    }

    private void warnOfActuator(Map<String, String> now) {
        for (String property : OF_ACTUATOR) {
            String then = this.chosen.get(property);
            String value = now.get(property);
            if (value != null && !value.equals(then)) {
                logger.warn(
                        "{} is '{}', but {} when the application was processed ahead of time (AOT)."
                                + " What was not exposed or enabled then is missing. Set the property"
                                + " at build time, too.",
                        property,
                        value,
                        then == null ? "was not set" : "was '" + then + "'");
            }
        }
    }

    private static ConfigurationException differs(Set<String> added, Set<String> removed) {
        List<String> problems = new ArrayList<>();
        added.forEach(property -> problems.add(property + " was not set then, and is set now"));
        removed.forEach(property -> problems.add(property + " was set then, and is not set now"));
        return new ConfigurationException(
                "The application was processed ahead of time (AOT) for other robots, policies or"
                        + " sessions: "
                        + String.join("; ", problems),
                "Set the same of these properties at build time and at run time; their values may"
                        + " differ. To leave a session out, set its property enabled to false.");
    }

    /** Registers the bean with the properties as they are when the conditions are evaluated. */
    static final class Registrar implements ImportBeanDefinitionRegistrar {

        private final Environment environment;

        Registrar(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void registerBeanDefinitions(
                AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            ConstructorArgumentValues arguments = new ConstructorArgumentValues();
            arguments.addIndexedArgumentValue(0, of(this.environment));
            registry.registerBeanDefinition(
                    BEAN, new RootBeanDefinition(BeanChoices.class, arguments, null));
        }
    }
}
