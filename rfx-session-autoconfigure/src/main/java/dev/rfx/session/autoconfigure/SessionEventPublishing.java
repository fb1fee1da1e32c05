package dev.rfx.session.autoconfigure;

import dev.rfx.session.RestartStatus;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.event.SessionFailedEvent;
import dev.rfx.session.event.SessionRestartingEvent;
import dev.rfx.session.event.SessionRestartsExhaustedEvent;
import dev.rfx.session.event.SessionStalledEvent;
import dev.rfx.session.event.SessionStartedEvent;
import dev.rfx.session.event.SessionStoppedEvent;
import dev.rfx.session.event.SessionStuckEvent;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes what happens to a session as application events, on the thread of its listeners. */
final class SessionEventPublishing implements SessionListener {

    private final String beanName;
    private final ApplicationEventPublisher publisher;

    SessionEventPublishing(String beanName, ApplicationEventPublisher publisher) {
        this.beanName = beanName;
        this.publisher = publisher;
    }

    @Override
    public void started(Session session) {
        this.publisher.publishEvent(new SessionStartedEvent(session, this.beanName));
    }

    @Override
    public void stopped(Session session) {
        this.publisher.publishEvent(new SessionStoppedEvent(session, this.beanName));
    }

    @Override
    public void failed(Session session, SessionException failure) {
        // Counts as reported: close() must not throw it while the context closes.
        session.failure();
        this.publisher.publishEvent(new SessionFailedEvent(session, this.beanName, failure));
    }

    @Override
    public void stalled(Session session, SessionUnresponsiveException exception) {
        this.publisher.publishEvent(new SessionStalledEvent(session, this.beanName, exception));
    }

    @Override
    public void stuck(Session session, SessionUnresponsiveException exception) {
        this.publisher.publishEvent(new SessionStuckEvent(session, this.beanName, exception));
    }

    @Override
    public void restarting(Session session, RestartStatus restart) {
        this.publisher.publishEvent(new SessionRestartingEvent(session, this.beanName, restart));
    }

    @Override
    public void restartsExhausted(Session session, SessionException failure) {
        this.publisher.publishEvent(
                new SessionRestartsExhaustedEvent(session, this.beanName, failure));
    }
}
