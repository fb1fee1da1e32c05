package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration that starts and stops all {@link Session} beans of this context with it, shows
 * their progress, and publishes their events. Sessions of a parent context are left to the parent.
 *
 * @since 0.1
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
@EnableConfigurationProperties(SessionProperties.class)
public final class SessionLifecycleAutoConfiguration {

    @Bean
    SessionLifecycle rfxSessionLifecycle(
            ListableBeanFactory beanFactory,
            SessionProperties properties,
            ApplicationEventPublisher publisher,
            ObjectProvider<ProgressLine> progressLine) {
        Map<String, Session> sessions = SessionBeans.of(beanFactory);
        KeepAlive keepAlive = new KeepAlive(sessions.values());
        ProgressLine line =
                progressLine.stream().filter(ProgressLine::isWanted).findFirst().orElse(null);
        sessions.forEach(
                (name, session) -> {
                    session.addListener(keepAlive);
                    showProgress(session, line, properties.checkedLogInterval());
                    session.addListener(new SessionEventPublishing(session, name, publisher));
                });
        return new SessionLifecycle(sessions.values(), keepAlive, properties);
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

    @Bean
    SafetyPropertiesCheck rfxSessionSafetyPropertiesCheck(
            ListableBeanFactory beanFactory,
            SessionProperties properties,
            ObjectProvider<SessionOptions> options,
            Environment environment) {
        return new SafetyPropertiesCheck(beanFactory, properties, options, environment);
    }

    @Bean
    @ConditionalOnNotWebApplication
    ProgressLine rfxSessionProgressLine(ListableBeanFactory beanFactory) {
        return new ProgressLine(SessionBeans.of(beanFactory).values(), System.out);
    }
}
