package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.test.Caller;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.ScriptedRobot.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault at every place has the outcome that {@code docs/safety.md} promises. */
class SessionFaultTests {

    private static final Path SAFETY = Path.of("..", "docs", "safety.md");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withStopTimeout(Duration.ofMillis(50));

    /** The place of a fault; the text is the head of a row in the document. */
    enum Place {
        OBSERVE("`observe()`"),
        POLICY("policy"),
        ACT("`act()`"),
        RESET("`reset()`"),
        ROBOT_STOP("`Robot.stop()`"),
        LISTENER("listener");

        private final String row;

        Place(String row) {
            this.row = row;
        }

        boolean isInLoop() {
            return this == OBSERVE || this == POLICY || this == ACT;
        }
    }

    /** A fault; the text is the head of a column in the document. */
    enum Fault {
        THROWS_EXCEPTION("throws an exception"),
        THROWS_ERROR("throws an error"),
        BLOCKS("does not return"),
        BLOCKS_FOR_EVER("does not return, ignores interrupts"),
        IS_SLOW("is slow"),
        CALLS_STOP("calls `stop()`"),
        CALLS_START("calls `start()`");

        private final String column;

        Fault(String column) {
            this.column = column;
        }

        boolean blocks() {
            return this == BLOCKS || this == BLOCKS_FOR_EVER;
        }
    }

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final AtomicInteger faults = new AtomicInteger();
    private final List<String> reported = new ArrayList<>();
    private final List<String> outcome = new ArrayList<>();
    private boolean released;

    @AfterEach
    void close() {
        this.released = true;
        this.clock.close();
    }

    static Stream<Arguments> cells() throws Exception {
        List<Arguments> cells = new ArrayList<>();
        List<String> lines = Files.readAllLines(SAFETY);
        List<String> columns =
                cells(
                        lines.stream()
                                .filter(line -> line.contains(Fault.BLOCKS_FOR_EVER.column))
                                .findFirst()
                                .orElseThrow());
        for (Place place : Place.values()) {
            List<String> row =
                    cells(
                            lines.stream()
                                    .filter(line -> line.startsWith("| " + place.row + " |"))
                                    .findFirst()
                                    .orElseThrow());
            for (Fault fault : Fault.values()) {
                cells.add(Arguments.of(place, fault, row.get(columns.indexOf(fault.column))));
            }
        }
        return cells.stream();
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.split("\\|")).map(String::strip).toList();
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @MethodSource("cells")
    void outcomeIsTheDocumentedOne(Place place, Fault fault, String documented) throws Exception {
        Session session = sessionWith(place, fault);

        if (place == Place.RESET && fault.blocks()) {
            Caller start = Caller.of(this.clock, session::start);
            this.clock.advance(SECOND);
            assertThat(start.isDone()).isFalse();
            this.outcome.add("start() waits");
            stop(session);
            this.clock.advance(Duration.ofNanos(1));
            assertThat(start.isDone()).isTrue();
            assertThat(start.thrown() instanceof SessionUnresponsiveException)
                    .isEqualTo(fault == Fault.BLOCKS_FOR_EVER);
        } else {
            start(session);
            this.clock.advance(SECOND);
            if (place == Place.ROBOT_STOP) {
                stop(session);
            }
        }
        if (session.state() == SessionState.STUCK) {
            assertThatExceptionOfType(SessionUnresponsiveException.class)
                    .isThrownBy(session::start);
            this.released = true;
            assertThat(session.awaitStopped(SECOND)).isTrue();
        }
        this.outcome.addAll(this.reported);

        SessionState last = session.state();
        this.outcome.add(last.toString());
        if (last == SessionState.RUNNING) {
            if (place.isInLoop() && session.stats().overruns() > 0) {
                this.outcome.add("overruns");
            }
            session.stop();
            assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        }
        assertThat(this.faults.get()).as("faults").isPositive();
        assertThat(String.join(", ", this.outcome)).isEqualTo(documented);
        assertThat(this.robot.stops).as("robot.stop()").hasValue(1);
        int calls = this.robot.calls();
        close(); // so no inspections follow the end
        assertThat(this.robot.calls()).as("calls after the end").isEqualTo(calls);
    }

    private Session sessionWith(Place place, Fault fault) {
        Session[] self = new Session[1];
        Step step =
                () -> {
                    // Once: a policy that calls start() while its run ends is another case.
                    if (this.faults.getAndIncrement() == 0) {
                        happen(fault, self[0]);
                    }
                };
        switch (place) {
            case OBSERVE -> this.robot.onObserve(step);
            case ACT -> this.robot.onAct(step);
            case RESET -> this.robot.onReset(step);
            case ROBOT_STOP -> this.robot.onStop(step);
            default -> {}
        }
        Session session =
                this.clock.session(
                        this.robot,
                        observation -> {
                            if (place == Place.POLICY) {
                                ScriptedRobot.play(step);
                            }
                            return "action";
                        },
                        OPTIONS);
        self[0] = session;
        if (place == Place.LISTENER) {
            session.addListener(
                    new SessionListener() {
                        @Override
                        public void started(SessionView session) {
                            try {
                                ScriptedRobot.play(step);
                            } catch (Exception ex) {
                                throw new IllegalStateException(ex);
                            }
                        }
                    });
        }
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        SessionFaultTests.this.reported.add("stalled");
                    }

                    @Override
                    public void stuck(SessionView session, SessionUnresponsiveException problem) {
                        SessionFaultTests.this.reported.add("STUCK");
                    }
                });
        return session;
    }

    private void happen(Fault fault, Session session) throws Exception {
        switch (fault) {
            case THROWS_EXCEPTION -> throw new IllegalStateException("boom");
            case THROWS_ERROR -> throw new StackOverflowError("boom");
            case BLOCKS -> {
                while (!this.released) {
                    this.clock.sleep(Duration.ofMillis(1));
                }
            }
            case BLOCKS_FOR_EVER -> this.clock.await(() -> this.released, Duration.ofDays(1));
            case IS_SLOW -> this.clock.advance(Duration.ofMillis(30));
            case CALLS_STOP -> session.stop();
            case CALLS_START -> session.start();
        }
    }

    private void start(Session session) {
        try {
            session.start();
        } catch (SessionException ex) {
            this.outcome.add("start() throws");
        }
    }

    private static void stop(Session session) {
        try {
            session.stop();
        } catch (SessionUnresponsiveException ex) {
            // The state says so.
        }
    }

    /** What ends a run. */
    enum Ending {
        STOP,
        DURATION,
        OBSERVE_THROWS,
        POLICY_THROWS,
        ACT_THROWS,
        ERROR,
        NULL_OBSERVATION,
        NULL_ACTION,
        NAN_ACTION,
        STALE_OBSERVATIONS,
        WATCHDOG,
        RESET_THROWS,
        POLICY_RESET_THROWS,
        CLOSE,
        INTERRUPT_OF_RUN
    }

    @ParameterizedTest
    @EnumSource
    void robotIsStoppedExactlyOnceWhateverEndsTheRun(Ending ending) throws Exception {
        EndingRobot endingRobot = new EndingRobot(ending);
        Session session =
                this.clock.session(
                        endingRobot,
                        endingRobot.policy(),
                        ending == Ending.STALE_OBSERVATIONS
                                ? OPTIONS.withMaxObservationAge(Duration.ofMillis(1))
                                : OPTIONS);
        switch (ending) {
            case STOP -> {
                session.start();
                session.stop();
            }
            case CLOSE -> {
                session.start();
                session.close();
            }
            case DURATION -> session.run(Duration.ofSeconds(1));
            case INTERRUPT_OF_RUN -> {
                Thread.currentThread().interrupt();
                session.run();
                assertThat(Thread.interrupted()).isTrue();
            }
            case WATCHDOG -> {
                session.start();
                this.clock.advance(SECOND);
                assertThat(session.failure()).isInstanceOf(SessionUnresponsiveException.class);
            }
            default -> assertThatExceptionOfType(SessionException.class).isThrownBy(session::run);
        }
        assertThat(session.state().isActive()).isFalse();
        assertThat(endingRobot.stops).hasValue(1);

        session.stop();
        session.close();

        assertThat(endingRobot.stops).as("after another stop() and close()").hasValue(1);
    }

    private final class EndingRobot implements Robot<Observation, Tensor> {

        private final Ending ending;
        private final AtomicInteger stops = new AtomicInteger();
        private final AtomicInteger observes = new AtomicInteger();

        EndingRobot(Ending ending) {
            this.ending = ending;
        }

        private void throwIf(Ending now) {
            if (now == this.ending && this.observes.get() >= 3) {
                throw new IllegalStateException("boom");
            }
        }

        @Override
        public Observation observe() {
            this.observes.incrementAndGet();
            throwIf(Ending.OBSERVE_THROWS);
            if (this.ending == Ending.NULL_OBSERVATION) {
                return null;
            }
            long stamp = SessionFaultTests.this.clock.nanoTime();
            return Observation.of("state", Tensor.of(0))
                    .stamp(
                            this.ending == Ending.STALE_OBSERVATIONS
                                    ? stamp - SECOND.toNanos()
                                    : stamp);
        }

        Policy<Observation, Tensor> policy() {
            return new Policy<>() {
                @Override
                public Tensor selectAction(Observation observation) throws Exception {
                    return select();
                }

                @Override
                public void reset() {
                    if (EndingRobot.this.ending == Ending.POLICY_RESET_THROWS) {
                        throw new IllegalStateException("boom");
                    }
                }
            };
        }

        private Tensor select() throws Exception {
            throwIf(Ending.POLICY_THROWS);
            switch (this.ending) {
                case ERROR -> throw new AssertionError("boom");
                case NULL_ACTION -> {
                    return null;
                }
                case WATCHDOG -> happen(Fault.BLOCKS, null);
                default -> {}
            }
            return Tensor.of(this.ending == Ending.NAN_ACTION ? Float.NaN : 0);
        }

        @Override
        public void act(Tensor action) {
            throwIf(Ending.ACT_THROWS);
        }

        @Override
        public Observation reset() {
            if (this.ending == Ending.RESET_THROWS) {
                throw new IllegalStateException("boom");
            }
            return Observation.of("state", Tensor.of(0));
        }

        @Override
        public void stop() {
            this.stops.incrementAndGet();
        }
    }

    @Test
    void everyCellIsInTheDocument() throws Exception {
        assertThat(cells()).hasSize(Place.values().length * Fault.values().length);
    }
}
