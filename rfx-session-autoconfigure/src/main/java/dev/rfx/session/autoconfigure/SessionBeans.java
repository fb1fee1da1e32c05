package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;

/** The sessions of a context. */
final class SessionBeans {

    private SessionBeans() {}

    /**
     * Returns the {@link Session} beans by name, without those that are mocks: a test that replaces
     * its session by one, which knows no options, gets it neither started, shown nor measured.
     */
    static Map<String, Session> of(ListableBeanFactory beanFactory) {
        Map<String, Session> sessions =
                new LinkedHashMap<>(beanFactory.getBeansOfType(Session.class));
        sessions.values().removeIf(SessionBeans::isMock);
        return sessions;
    }

    @SuppressWarnings("ConstantValue") // a mock returns what the real one never does
    private static boolean isMock(Session session) {
        return session.options() == null;
    }
}
