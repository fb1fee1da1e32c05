package dev.rfx.session.autoconfigure;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.core.env.Environment;

/**
 * Applies the properties at run time to the beans of the configured sessions. They differ from the
 * beans only in an application that was processed ahead of time: a disabled session is removed, and
 * any other difference is refused. Properties that belong to one session are refused without its
 * name, because none would have them.
 */
final class ConfiguredSessionsCheck implements BeanFactoryPostProcessor {

    private final Environment environment;

    ConfiguredSessionsCheck(Environment environment) {
        this.environment = environment;
    }

    /**
     * Checks the beans and the properties.
     *
     * @throws ConfigurationException if the application has not the sessions of its properties
     */
    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        if (!DisabledSessions.areEnabled(this.environment)) {
            return;
        }
        ConfiguredSessions sessions = new ConfiguredSessions(this.environment);
        Set<String> superfluous = registered(beanFactory);
        Set<String> missing = new LinkedHashSet<>();
        for (ConfiguredSession session : sessions.all()) {
            requireName(session.name());
            if (session.isEnabled()) {
                Set<String> beans = beansOf(session);
                superfluous.removeAll(beans);
                beans.removeIf(beanFactory::containsBean);
                missing.addAll(beans);
            } else {
                remove(session, superfluous, (BeanDefinitionRegistry) beanFactory);
            }
        }
        if (!superfluous.isEmpty() || !missing.isEmpty()) {
            throw differs(superfluous, missing);
        }
        if (sessions.areThere()) {
            refuseUnused(sessions.common());
        }
        requireDifferentPorts(sessions.enabled());
    }

    /** {@return the beans of the sessions that do not come from the application} */
    private static Set<String> registered(ConfigurableListableBeanFactory beanFactory) {
        return Arrays.stream(beanFactory.getBeanDefinitionNames())
                .filter(
                        bean ->
                                ConfiguredSessionsAutoConfiguration.BEANS.equals(
                                        beanFactory.getBeanDefinition(bean).getFactoryBeanName()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static void requireName(String name) {
        if (!ConfiguredSession.isName(name)) {
            throw new ConfigurationException(
                    "There cannot be a session '%s' below %s"
                            .formatted(name, ConfiguredSessions.GROUP),
                    "A name has lower-case letters, digits and single dashes, and starts with a letter:"
                            + " rfx.session.sessions.left-arm.rate-hz.");
        }
    }

    private static Set<String> beansOf(ConfiguredSession session) {
        return new LinkedHashSet<>(
                ConfiguredSessionsAutoConfiguration.definitions(session).keySet());
    }

    private static void remove(
            ConfiguredSession session, Set<String> superfluous, BeanDefinitionRegistry registry) {
        for (String bean : beansOf(session)) {
            if (superfluous.remove(bean)) {
                registry.removeBeanDefinition(bean);
            }
        }
    }

    private static ConfigurationException differs(Set<String> superfluous, Set<String> missing) {
        return new ConfigurationException(
                "The properties below %s do not fit the beans of the sessions: %s are missing, and %s are there without a property"
                        .formatted(ConfiguredSessions.GROUP, missing, superfluous),
                "Do not exclude ConfiguredSessionsAutoConfiguration. If the application is processed"
                        + " ahead of time (AOT), set the names of the sessions, and so101.port and"
                        + " onnx.model of each, at build time as at run time. To leave a session out,"
                        + " set its property enabled to false.");
    }

    private static void requireDifferentPorts(List<ConfiguredSession> sessions) {
        Map<String, String> names = new HashMap<>();
        for (ConfiguredSession session : sessions) {
            String port = session.port();
            String other = port == null ? null : names.putIfAbsent(port, session.name());
            if (other != null) {
                throw new ConfigurationException(
                        "The sessions '%s' and '%s' would drive the same robot: so101.port of both is %s"
                                .formatted(other, session.name(), port),
                        "Give each session a port of its own.");
            }
        }
    }

    private static void refuseUnused(ConfiguredSession common) {
        List<String> unused =
                ConfiguredSession.NOT_INHERITED.stream()
                        .filter(property -> common.isBound(property, Bindable.of(String.class)))
                        .map(common::nameOf)
                        .toList();
        if (!unused.isEmpty()) {
            throw new ConfigurationException(
                    "%s would have no effect: no session inherits it"
                            .formatted(String.join(", ", unused)),
                    "Set it for one session, below %s.<name>, or remove it."
                            .formatted(ConfiguredSessions.GROUP));
        }
    }
}
