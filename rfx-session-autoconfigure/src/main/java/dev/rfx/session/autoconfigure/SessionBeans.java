package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;

/** Finds the sessions of a context. */
final class SessionBeans {

    private SessionBeans() {}

    /**
     * Returns the {@link Session} beans by name, without mocks, which have no options. So a mocked
     * session of a test is neither started nor exposed.
     *
     * @throws ConfigurationException if a bean is not a singleton: the session that is started
     *     would not be the one that is shown and stopped
     */
    static Map<String, Session> of(ListableBeanFactory beanFactory) {
        for (String bean : beanFactory.getBeanNamesForType(Session.class)) {
            if (!beanFactory.isSingleton(bean)) {
                throw new ConfigurationException(
                        "The Session bean '%s' is not a singleton: the session that starts would not"
                                        .formatted(bean)
                                + " be the one that is shown and stopped",
                        "Remove the scope of the bean.");
            }
        }
        Map<String, Session> sessions =
                new LinkedHashMap<>(beanFactory.getBeansOfType(Session.class));
        sessions.values().removeIf(SessionBeans::isMock);
        return sessions;
    }

    @SuppressWarnings("ConstantValue") // only a mock returns null
    private static boolean isMock(Session session) {
        return session.options() == null;
    }
}
