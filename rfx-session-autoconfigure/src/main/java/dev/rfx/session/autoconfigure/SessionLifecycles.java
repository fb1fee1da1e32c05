package dev.rfx.session.autoconfigure;

import dev.rfx.session.RestartPolicy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionListener;
import dev.rfx.session.autoconfigure.SessionLifecycle.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Connects all sessions of a context with what surrounds them, and registers a {@link
 * SessionLifecycle} for each of their phases. Spring starts and stops it. It does so when all beans
 * exist: a listener may then have the session that it listens to.
 */
final class SessionLifecycles implements SmartInitializingSingleton {

    static final String LIFECYCLE = "rfxSessionLifecycle";

    private static final List<Class<?>> QUALIFIED =
            List.of(SessionListener.class, RestartPolicy.class, SessionOptionsCustomizer.class);

    private final ConfigurableListableBeanFactory beanFactory;
    private final ConfiguredSessions configured;
    private final ApplicationEventPublisher publisher;
    private final ObjectProvider<ProgressLine> progressLine;

    SessionLifecycles(
            ConfigurableListableBeanFactory beanFactory,
            ConfiguredSessions configured,
            ApplicationEventPublisher publisher,
            ObjectProvider<ProgressLine> progressLine) {
        this.beanFactory = beanFactory;
        this.configured = configured;
        this.publisher = publisher;
        this.progressLine = progressLine;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Map<String, Session> sessions = inOrder();
        requireKnownQualifiers(sessions);
        KeepAlive keepAlive = new KeepAlive(sessions.values());
        ProgressLine line =
                this.progressLine.stream().filter(ProgressLine::isWanted).findFirst().orElse(null);
        Map<Integer, List<Member>> phases = new TreeMap<>();
        sessions.forEach(
                (bean, session) -> {
                    ConfiguredSession configured = this.configured.ofBean(bean);
                    SessionProperties properties = configured.properties();
                    connect(session, configured);
                    session.addListener(keepAlive);
                    showProgress(session, line, configured.checked(properties::checkedLogInterval));
                    session.addListener(new SessionEventPublishing(session, bean, this.publisher));
                    phases.computeIfAbsent(properties.phase(), phase -> new ArrayList<>())
                            .add(
                                    new Member(
                                            session,
                                            properties.autoStartup(),
                                            properties.startFailure()));
                });
        phases.forEach(
                (phase, members) ->
                        this.beanFactory.registerSingleton(
                                phases.size() == 1 ? LIFECYCLE : LIFECYCLE + "." + phase,
                                new SessionLifecycle(members, keepAlive, phase)));
    }

    /** Those that the properties configure come first, in the order of the configuration. */
    private Map<String, Session> inOrder() {
        Map<String, Session> all = SessionBeans.of(this.beanFactory);
        Map<String, Session> ordered = new LinkedHashMap<>();
        for (ConfiguredSession configured : this.configured.enabled()) {
            Session session = all.remove(configured.bean());
            if (session != null) {
                ordered.put(configured.bean(), session);
            }
        }
        ordered.putAll(all);
        return ordered;
    }

    /** A misspelled qualifier would keep a bean from every session. */
    private void requireKnownQualifiers(Map<String, Session> sessions) {
        Set<String> names = new TreeSet<>();
        sessions.forEach(
                (bean, session) -> names.add(nameOf(session, this.configured.ofBean(bean))));
        this.configured.all().forEach(configured -> names.add(configured.name()));
        for (Class<?> type : QUALIFIED) {
            for (String bean : this.beanFactory.getBeanNamesForType(type)) {
                Set<String> qualifiers = QualifiedBeans.qualifiersOf(bean, this.beanFactory);
                if (!qualifiers.isEmpty() && Collections.disjoint(qualifiers, names)) {
                    throw new ConfigurationException(
                            "The %s bean '%s' has the qualifier %s, but no session has this name"
                                    .formatted(type.getSimpleName(), bean, qualifiers),
                            "Use the name of a session, one of %s. Without a qualifier the bean is for all sessions."
                                    .formatted(names));
                }
            }
        }
    }

    /** {@return the name by which a qualifier means a session} */
    private static String nameOf(Session session, ConfiguredSession configured) {
        return configured.isNamed() ? configured.name() : session.name();
    }

    private void connect(Session session, ConfiguredSession configured) {
        String name = nameOf(session, configured);
        QualifiedBeans.of(name, SessionListener.class, this.beanFactory)
                .forEach(session::addListener);
        List<String> policies =
                QualifiedBeans.closestTo(name, RestartPolicy.class, this.beanFactory);
        if (policies.size() > 1) {
            throw new ConfigurationException(
                    "There are %d RestartPolicy beans for session '%s', %s"
                            .formatted(policies.size(), name, policies),
                    "Mark one of them with @Qualifier(\"%s\"), or remove the others."
                            .formatted(name));
        }
        if (!policies.isEmpty()) {
            session.setRestartPolicy(
                    this.beanFactory.getBean(policies.get(0), RestartPolicy.class));
        }
    }

    /** Shows progress on the terminal, or else in the log. An interval of zero disables both. */
    private static void showProgress(
            Session session, @Nullable ProgressLine line, Duration logInterval) {
        if (logInterval.isZero()) {
            return;
        }
        ProgressUpdates progress =
                line != null
                        ? new ProgressUpdates(session, line::update, ProgressLine.INTERVAL)
                        : new ProgressUpdates(session, new ProgressLog(session), logInterval);
        session.addListener(progress);
        if (session.isRunning()) {
            progress.started(session); // the application has started it before
        }
    }
}
