package dev.rfx.session.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.Robot;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.SessionTotals;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.LimitOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The session keeps its promises under every fault in every call, with every option. */
@Timeout(60)
class FaultCampaignTests {

    /** The iteration with the fault; resets and stops have it in the first one. */
    private static final int ITERATION = 10;

    private enum Kind {
        THROWS_EXCEPTION,
        THROWS_ERROR,
        IS_SLOW,
        IS_VERY_SLOW,
        STALLS,
        STALLS_FOR_GOOD,
        RETURNS_NULL,
        RETURNS_NAN,
        RETURNS_ANOTHER_SHAPE,
        FREEZES_THE_TIMESTAMP;

        boolean isIn(SessionPhase phase) {
            return switch (this) {
                case RETURNS_NULL, RETURNS_NAN, RETURNS_ANOTHER_SHAPE ->
                        phase == SessionPhase.OBSERVE || phase == SessionPhase.POLICY;
                case FREEZES_THE_TIMESTAMP -> phase == SessionPhase.OBSERVE;
                default -> true;
            };
        }

        Fault in(SessionPhase phase) {
            Fault.Place place = Fault.in(phase);
            boolean inLoop =
                    phase == SessionPhase.OBSERVE
                            || phase == SessionPhase.POLICY
                            || phase == SessionPhase.ACT;
            Fault.When once = place.at(inLoop ? ITERATION : 0);
            return switch (this) {
                case THROWS_EXCEPTION -> once.throwing(() -> new Exception("scripted"));
                case THROWS_ERROR -> once.throwing(() -> new StackOverflowError("scripted"));
                case IS_SLOW -> once.taking(Duration.ofMillis(30));
                case IS_VERY_SLOW -> once.taking(Duration.ofSeconds(3));
                case STALLS -> once.stalling();
                case STALLS_FOR_GOOD -> once.stallingForGood();
                case RETURNS_NULL -> once.returningNull();
                case RETURNS_NAN -> once.returningNaN();
                case RETURNS_ANOTHER_SHAPE -> once.returningAnotherShape();
                case FREEZES_THE_TIMESTAMP -> place.from(ITERATION).freezingTheTimestamp();
            };
        }
    }

    /** A robot that notes each call out of turn. */
    private static final class Arm implements Robot<Observation, Tensor> {

        private final VirtualClock clock;
        private final Observation observation = Observation.of(Observation.STATE, Tensor.of(1, 2));
        private final List<String> violations = new ArrayList<>();
        private boolean ready;
        private int acts;

        Arm(VirtualClock clock) {
            this.clock = clock;
        }

        private void call(String name) {
            if (!this.ready) {
                this.violations.add(name + " of a robot that is stopped");
            }
        }

        @Override
        public Observation observe() {
            call("observe");
            return this.observation.stamp(this.clock.nanoTime());
        }

        @Override
        public void act(Tensor action) {
            call("act");
            if (action.indexOfNonFinite() >= 0 || action.size() != 2) {
                this.violations.add("receives " + action);
            }
            this.acts++;
        }

        @Override
        public Observation reset() {
            if (this.ready) {
                this.violations.add("reset of a robot that was not stopped");
            }
            this.ready = true;
            return this.observation;
        }

        @Override
        public void stop() {
            this.ready = false;
        }

        @Override
        public int[] actionShape() {
            return new int[] {2};
        }
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (SessionPhase phase : SessionPhase.values()) {
            for (Kind kind : Kind.values()) {
                boolean isCall = phase != SessionPhase.WARMUP && phase != SessionPhase.WAIT;
                for (int options = 0; isCall && kind.isIn(phase) && options < 8; options++) {
                    cases.add(
                            Arguments.of(
                                    phase,
                                    kind,
                                    (options & 1) != 0,
                                    (options & 2) != 0,
                                    (options & 4) != 0));
                }
            }
        }
        return cases.stream();
    }

    private static SessionOptions options(boolean restart, boolean watchdog, boolean limits) {
        SessionOptions options =
                SessionOptions.defaults()
                        .withWarmup(Duration.ZERO)
                        .withMaxObservationAge(Duration.ofMillis(50))
                        .withWatchdogTimeout(watchdog ? Duration.ofMillis(500) : Duration.ZERO);
        if (restart) {
            options = options.withRestart(RestartOptions.none().withMaxAttempts(2));
        }
        return limits
                ? options.withLimits(
                        LimitOptions.none().withMin(List.of(-0.5f)).withMax(List.of(0.5f)))
                : options;
    }

    @ParameterizedTest(name = "{0} {1}, restart {2}, watchdog {3}, limits {4}")
    @MethodSource("cases")
    void promisesAreKept(
            SessionPhase phase, Kind kind, boolean restart, boolean watchdog, boolean limits) {
        VirtualClock clock = new VirtualClock();
        Arm arm = new Arm(clock);
        VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                                arm,
                                observation -> Tensor.of(0, 1),
                                options(restart, watchdog, limits),
                                clock)
                        .with(kind.in(phase));
        session.run(Duration.ofSeconds(10));
        if (phase == SessionPhase.STOP) {
            assertThat(session.failure()).isNull();
        }
        session.session().requestStop();
        session.run(Duration.ofSeconds(10));

        SessionException failure = firstFailure(session);
        SessionTotals totals = session.session().totals();
        boolean fails = fails(phase, kind, watchdog);
        if (fails) {
            assertThat(failure).isNotNull();
            assertThat(failure.phase()).isEqualTo(phase);
            assertThat(failure instanceof SessionUnresponsiveException)
                    .isEqualTo(kind.ordinal() > 1 && kind.ordinal() < 6);
        } else {
            assertThat(failure).isNull();
        }
        boolean restarts = fails && restart && phase != SessionPhase.STOP;
        boolean isStuck = kind == Kind.STALLS_FOR_GOOD;
        if (kind != Kind.FREEZES_THE_TIMESTAMP) {
            assertThat(totals.restarts()).isEqualTo(restarts && !isStuck ? 1 : 0);
        }
        check(session, arm);
        session.close();
        check(session, arm);
        assertThat(session.session().state().isActive()).isFalse();
        assertThat(session.stopsOfRobot()).isEqualTo(1 + session.session().totals().restarts());
    }

    /** What is true at any time after the end of the last run. */
    private static void check(VirtualSession<Observation, Tensor> session, Arm arm) {
        SessionTotals totals = session.session().totals();
        assertThat(arm.violations).isEmpty();
        assertThat(session.stopsOfRobot()).isEqualTo(1 + totals.restarts());
        assertThat(totals.iterations()).isEqualTo(arm.acts + totals.stale());
        assertThat(totals.failures()).isEqualTo(count(session, SessionEvent.Kind.FAILED));
        assertThat(totals.stalls()).isEqualTo(count(session, SessionEvent.Kind.STALLED));
        assertThat(session.selectedActions())
                .hasSizeLessThanOrEqualTo(session.observations().size());
        assertThat(session.actions()).hasSizeLessThanOrEqualTo(session.selectedActions().size());
    }

    private static long count(VirtualSession<?, ?> session, SessionEvent.Kind kind) {
        return session.events().stream().filter(event -> event.kind() == kind).count();
    }

    private static @Nullable SessionException firstFailure(VirtualSession<?, ?> session) {
        return session.events().stream()
                .filter(
                        event ->
                                event.kind() == SessionEvent.Kind.FAILED
                                        || event.kind() == SessionEvent.Kind.STALLED)
                .map(event -> (SessionException) event.detail())
                .findFirst()
                .orElse(session.failure());
    }

    private static boolean fails(SessionPhase phase, Kind kind, boolean watchdog) {
        boolean inLoop = phase != SessionPhase.RESET && phase != SessionPhase.STOP;
        return switch (kind) {
            case THROWS_EXCEPTION, THROWS_ERROR, RETURNS_NULL, FREEZES_THE_TIMESTAMP -> true;
            case IS_SLOW -> false;
            case IS_VERY_SLOW, STALLS, STALLS_FOR_GOOD -> inLoop && watchdog;
            case RETURNS_NAN, RETURNS_ANOTHER_SHAPE -> phase == SessionPhase.POLICY;
        };
    }
}
