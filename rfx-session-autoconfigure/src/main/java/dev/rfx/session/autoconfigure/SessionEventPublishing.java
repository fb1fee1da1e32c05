package dev.rfx.session.autoconfigure;

import dev.rfx.session.RestartStatus;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.SessionView;
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

    private final Session session;
    private final String beanName;
    private final ApplicationEventPublisher publisher;

    SessionEventPublishing(Session session, String beanName, ApplicationEventPublisher publisher) {
        this.session = session;
        this.beanName = beanName;
        this.publisher = publisher;
    }

    @Override
    public void started(SessionView view) {
        this.publisher.publishEvent(new SessionStartedEvent(this.session, this.beanName));
    }

    @Override
    public void stopped(SessionView view) {
        this.publisher.publishEvent(new SessionStoppedEvent(this.session, this.beanName));
    }

    @Override
    public void failed(SessionView view, SessionException failure) {
        // Counts as reported: close() must not throw it while the context closes.
        this.session.failure();
        this.publisher.publishEvent(new SessionFailedEvent(this.session, this.beanName, failure));
    }

    @Override
    public void stalled(SessionView view, SessionUnresponsiveException problem) {
        this.publisher.publishEvent(new SessionStalledEvent(this.session, this.beanName, problem));
    }

    @Override
    public void stuck(SessionView view, SessionUnresponsiveException problem) {
        this.publisher.publishEvent(new SessionStuckEvent(this.session, this.beanName, problem));
    }

    @Override
    public void restarting(SessionView view, RestartStatus restart) {
        this.publisher.publishEvent(
                new SessionRestartingEvent(this.session, this.beanName, restart));
    }

    @Override
    public void restartsExhausted(SessionView view, SessionException failure) {
        this.publisher.publishEvent(
                new SessionRestartsExhaustedEvent(this.session, this.beanName, failure));
    }
}
