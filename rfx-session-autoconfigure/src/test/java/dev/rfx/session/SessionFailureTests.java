package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.ScriptedRobot.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The robot or the policy throws. */
class SessionFailureTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();

    @AfterEach
    void close() {
        this.clock.close();
    }

    private Session session(Policy<String, String> policy) {
        return this.clock.session(this.robot, policy, OPTIONS);
    }

    private Session session() {
        return session(observation -> "action");
    }

    private Step inIteration(int iteration, Throwable ex) {
        return () -> {
            if (this.robot.observes.get() == iteration + 1) {
                throw ex;
            }
        };
    }

    private void assertFailed(
            Session session, SessionPhase phase, long iteration, Throwable cause) {
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.isRunning()).isFalse();
        SessionException failure = session.failure();
        assertThat(failure).isNotNull().hasCause(cause);
        assertThat(failure.phase()).isEqualTo(phase);
        assertThat(failure.iteration()).isEqualTo(iteration);
        assertThat(failure.sessionName()).isEqualTo("rfx-session");
        assertThatThrownBy(session::checkHealth).isSameAs(failure);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void exceptionInObserveEndsTheRun() {
        IOException cause = new IOException("unplugged");
        this.robot.onObserve(inIteration(3, cause));
        Session session = session();

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::run)
                .withMessage(
                        "Control loop failed in observe of iteration 3 of session 'rfx-session':"
                                + " java.io.IOException: unplugged");

        assertFailed(session, SessionPhase.OBSERVE, 3, cause);
        assertThat(this.robot.acts).hasValue(3);
    }

    @Test
    void errorInThePolicyEndsTheRun() {
        Error cause = new StackOverflowError();
        Session session =
                session(
                        observation -> {
                            throw cause;
                        });

        assertThatExceptionOfType(SessionException.class).isThrownBy(session::run);

        assertFailed(session, SessionPhase.POLICY, 0, cause);
        assertThat(this.robot.acts).hasValue(0);
    }

    @Test
    void exceptionInActEndsTheRun() {
        IOException cause = new IOException("write failed");
        this.robot.onAct(inIteration(1, cause));
        Session session = session();

        assertThatExceptionOfType(SessionException.class).isThrownBy(session::run);

        assertFailed(session, SessionPhase.ACT, 1, cause);
        assertThat(session.stepCount()).isEqualTo(1);
    }

    @Test
    void exceptionThatCannotEvenBePrintedEndsTheRun() {
        Session session =
                session(
                        observation -> {
                            throw new UnprintableException();
                        });

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::run)
                .withMessageContaining("UnprintableException");

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.stops).hasValue(1);
    }

    private static final class UnprintableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @Test
    void nullActionNeverReachesTheRobot() {
        Session session = session(observation -> null);

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::run)
                .withMessageContaining("in policy of iteration 0")
                .withMessageContaining("selectAction() returned null");

        assertThat(this.robot.acts).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void failingResetEndsTheStartAndBringsTheRobotToSafety() {
        IOException cause = new IOException("no such port");
        this.robot.onReset(
                () -> {
                    throw cause;
                });
        Session session = session();

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::start)
                .withMessage(
                        "Start of session 'rfx-session' failed in reset: java.io.IOException: no"
                                + " such port");

        assertFailed(session, SessionPhase.RESET, 0, cause);
        assertThat(this.robot.observes).hasValue(0);
        session.close(); // start() has reported it
    }

    @Test
    void failureOfTheRobotsStopIsAddedToTheCauseAndDoesNotHideIt() {
        IOException cause = new IOException("unplugged");
        IOException second = new IOException("cannot hold");
        this.robot
                .onObserve(inIteration(0, cause))
                .onStop(
                        () -> {
                            throw second;
                        });
        Session session = session();

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::run)
                .withCause(cause)
                .satisfies(ex -> assertThat(ex).hasSuppressedException(second));

        assertFailed(session, SessionPhase.OBSERVE, 0, cause);
    }

    @Test
    void failureOfTheRobotsStopAloneFailsTheSession() {
        Error cause = new AssertionError("cannot hold");
        this.robot.onStop(
                () -> {
                    throw cause;
                });
        Session session = session();

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> session.run(Duration.ofSeconds(1)))
                .withMessageStartingWith(
                        "Robot.stop() of session 'rfx-session' failed, and the robot may not be in"
                                + " its safe state: java.lang.AssertionError: cannot hold");

        assertFailed(session, SessionPhase.STOP, 50, cause);
    }

    @Test
    void closeThrowsAFailureThatWasNotReportedBefore() {
        this.robot.onObserve(inIteration(2, new IOException("unplugged")));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(
                        () -> {
                            try (Session session = session()) {
                                session.start();
                                session.awaitStopped(Duration.ofMinutes(1));
                            }
                        })
                .withMessageContaining("unplugged");
    }

    @Test
    void closeIsSilentWhenCheckHealthHasThrown() {
        this.robot.onObserve(inIteration(2, new IOException("unplugged")));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(
                        () -> {
                            try (Session session = session()) {
                                session.start();
                                session.awaitStopped(Duration.ofMinutes(1));
                                session.checkHealth();
                            }
                        })
                .satisfies(ex -> assertThat(ex).hasNoSuppressedExceptions());
    }

    @Test
    void oneLinerThrowsTheFailure() {
        this.robot.onObserve(inIteration(2, new IOException("unplugged")));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(
                        () ->
                                Session.run(
                                        this.robot,
                                        observation -> "action",
                                        OPTIONS.withRateHz(1000),
                                        null))
                .withMessageContaining("observe of iteration 2");
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void listenersReceiveTheFailureAfterTheRobotIsSafe() {
        List<String> reported = new ArrayList<>();
        this.robot.onObserve(inIteration(1, new IOException("unplugged")));
        Session session = session();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        reported.add("started");
                    }

                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        reported.add("failed in " + failure.phase() + ", " + session.state());
                        reported.add("stops " + SessionFailureTests.this.robot.stops);
                    }

                    @Override
                    public void stopped(SessionView session) {
                        reported.add("stopped");
                    }
                });

        assertThatExceptionOfType(SessionException.class).isThrownBy(session::run);

        assertThat(reported).containsExactly("started", "failed in observe, FAILED", "stops 1");
    }

    /** The toString() of a user's exception may throw anything. */
    @Test
    void causeThatCannotBeDescribedEndsTheRun() throws Exception {
        Exception nasty =
                new Exception() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String toString() {
                        throw SessionFailureTests.<RuntimeException>sneaky(new IOException("no"));
                    }
                };
        this.robot.onObserve(inIteration(2, nasty));
        Session session = session();

        session.start();

        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.failure().getCause() == nasty).isTrue();
        assertThat(session.snapshot().failure()).hasMessageContaining("SessionFailureTests$");
        this.robot.onObserve(() -> {});
        session.start();
        session.stop();
        assertThat(this.robot.stops).hasValue(2);
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> X sneaky(Throwable ex) throws X {
        throw (X) ex;
    }
}
