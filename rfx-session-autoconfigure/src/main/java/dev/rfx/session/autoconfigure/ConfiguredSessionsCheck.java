package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.core.env.Environment;

/**
 * Applies the properties at run time to the beans of the sessions. They differ from the beans only
 * in an application that was processed ahead of time: a disabled session is removed, and any other
 * difference is refused. Properties that belong to one session are refused without its name,
 * because none would have them.
 */
final class ConfiguredSessionsCheck implements BeanFactoryPostProcessor {

    private final Environment environment;
    private final BeanChoices choices;

    ConfiguredSessionsCheck(Environment environment, BeanChoices choices) {
        this.environment = environment;
        this.choices = choices;
    }

    /**
     * Checks the beans and the properties.
     *
     * @throws ConfigurationException if the application has not the sessions of its properties
     */
    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        if (!SwitchedOffBeans.areSessionsEnabled(this.environment)) {
            return;
        }
        ConfiguredSessions sessions = new ConfiguredSessions(this.environment);
        Set<String> missing = new LinkedHashSet<>();
        for (ConfiguredSession session : sessions.all()) {
            requireName(session.name());
            if (session.isEnabled()) {
                requireSession(session, beanFactory);
                missing.addAll(ConfiguredSessionsAutoConfiguration.definitions(session).keySet());
            } else {
                remove(session, beanFactory);
            }
        }
        this.choices.check(beanFactory, this.environment);
        missing.removeIf(beanFactory::containsBean);
        if (!missing.isEmpty()) {
            throw new ConfigurationException(
                    "The beans %s of %s are missing".formatted(missing, ConfiguredSessions.GROUP),
                    "Do not exclude ConfiguredSessionsAutoConfiguration.");
        }
        if (sessions.areThere()) {
            refuseUnused(sessions.common());
        }
        requireDifferentPorts(sessions.enabled());
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

    /** A bean of the application that has the name replaces the session. */
    private static void requireSession(
            ConfiguredSession session, ConfigurableListableBeanFactory beanFactory) {
        String bean = session.bean();
        if (beanFactory.containsBean(bean) && !beanFactory.isTypeMatch(bean, Session.class)) {
            throw new ConfigurationException(
                    "The bean '%s' has the name of the session of %s, but is not a Session"
                            .formatted(bean, session.group()),
                    "Give the bean another name.");
        }
    }

    /** A bean of the application with the name of one of these stays. */
    private static void remove(
            ConfiguredSession session, ConfigurableListableBeanFactory beanFactory) {
        for (String bean :
                List.of(
                        session.bean(),
                        SessionParts.armOf(session),
                        SessionParts.modelOf(session))) {
            if (beanFactory.containsBeanDefinition(bean)
                    && ConfiguredSessionsAutoConfiguration.BEANS.equals(
                            beanFactory.getBeanDefinition(bean).getFactoryBeanName())) {
                ((BeanDefinitionRegistry) beanFactory).removeBeanDefinition(bean);
            }
        }
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
                        .filter(property -> common.text(property) != null)
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
