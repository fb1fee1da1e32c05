package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.IgnoringInterrupts;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.ScriptedRobot.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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
    private static final long SECOND = 1_000_000_000;
    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withSpinWindow(Duration.ZERO)
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

    private final FakeClock clock = new FakeClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final AtomicInteger faults = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<String> reported = new CopyOnWriteArrayList<>();
    private final List<String> outcome = new ArrayList<>();
    private volatile Thread blockedThread;

    @AfterEach
    void letGo() {
        this.release.countDown();
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

        if (place == Place.ROBOT_STOP) {
            session.start();
            awaitIterations(session, 3);
            stop(session, fault.blocks());
        } else if (place == Place.RESET && fault.blocks()) {
            FutureTask<Void> start = async(session::start);
            awaitBlockedThread();
            assertThat(start.isDone()).isFalse();
            this.outcome.add("start() waits");
            // stop() interrupts a reset at once; only one that ignores the interrupt blocks on.
            stop(session, fault == Fault.BLOCKS_FOR_EVER);
            awaitQuietly(start);
        } else {
            start(session);
            if (place.isInLoop() && fault.blocks()) {
                letTheWatchdogSee(session, fault);
            } else if (session.state() != SessionState.FAILED) {
                awaitEffect(session, place);
            }
        }

        SessionState last = session.state();
        this.outcome.add(last.toString());
        if (last == SessionState.RUNNING) {
            if (place.isInLoop() && session.stats().overruns() > 0) {
                this.outcome.add("overruns");
            }
            FutureTask<Void> stop = async(session::stop);
            while (session.state() != SessionState.STOPPED) {
                Thread.onSpinWait();
            }
            this.clock.lettingWaitsTimeOut(true); // the waits for a listener that does not return
            awaitQuietly(stop);
            this.clock.lettingWaitsTimeOut(false);
            assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        }
        assertThat(String.join(", ", this.outcome)).isEqualTo(documented);
        assertThat(this.robot.stops).as("robot.stop()").hasValue(1);
        int calls = this.robot.calls();
        this.release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(this.robot.calls()).as("calls after the end").isEqualTo(calls);
        assertThat(this.clock.tasks()).as("no inspections after the end").isZero();
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
                new Session(
                        this.robot,
                        observation -> {
                            if (place == Place.POLICY) {
                                ScriptedRobot.play(step);
                            }
                            return "action";
                        },
                        OPTIONS,
                        this.clock.platform());
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
                this.blockedThread = Thread.currentThread();
                this.release.await();
            }
            case BLOCKS_FOR_EVER -> {
                this.blockedThread = Thread.currentThread();
                IgnoringInterrupts.await(this.release);
            }
            case IS_SLOW -> this.clock.advance(30_000_000);
            case CALLS_STOP -> session.stop();
            case CALLS_START -> session.start();
        }
    }

    private static FutureTask<Void> async(Runnable action) {
        Callable<Void> call =
                () -> {
                    action.run();
                    return null;
                };
        FutureTask<Void> task = new FutureTask<>(call);
        new Thread(task, "caller").start();
        return task;
    }

    private static void awaitQuietly(FutureTask<Void> task) throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException ex) {
            assertThat(ex).hasCauseInstanceOf(SessionException.class);
        }
    }

    private void start(Session session) {
        try {
            session.start();
        } catch (SessionException ex) {
            this.outcome.add("start() throws");
        }
    }

    private void stop(Session session, boolean blocks) throws InterruptedException {
        FutureTask<Void> stop = async(session::stop);
        if (blocks) {
            awaitBlockedThread();
            this.clock.lettingWaitsTimeOut(true);
        }
        awaitQuietly(stop);
        if (session.state() == SessionState.STUCK) {
            assertThatExceptionOfType(SessionUnresponsiveException.class)
                    .isThrownBy(session::start);
            awaitReport("STUCK");
            this.release.countDown();
        }
        this.clock.lettingWaitsTimeOut(false);
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
    }

    private void letTheWatchdogSee(Session session, Fault fault) throws InterruptedException {
        awaitBlockedThread();
        this.clock.advance(SECOND);
        this.clock.inspect();
        awaitReport("stalled");
        if (fault == Fault.BLOCKS_FOR_EVER) {
            while (this.robot.stops.get() == 0) {
                Thread.onSpinWait();
            }
            this.clock.advance(SECOND);
            this.clock.inspect();
            assertThat(session.state()).isEqualTo(SessionState.STUCK);
            assertThatExceptionOfType(SessionUnresponsiveException.class)
                    .isThrownBy(session::start);
            awaitReport("STUCK");
            this.release.countDown();
        }
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
    }

    private void awaitBlockedThread() {
        while (this.blockedThread == null
                || this.blockedThread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    private void awaitReport(String event) {
        while (!this.reported.contains(event)) {
            Thread.onSpinWait();
        }
        this.outcome.add(event);
    }

    /** Waits until the fault has happened, and the run has ended or continued. */
    private void awaitEffect(Session session, Place place) throws InterruptedException {
        while (this.faults.get() == 0) {
            Thread.onSpinWait();
        }
        if (place == Place.LISTENER) {
            // The listener's own call of stop() returns when the run has ended.
            long after = session.stepCount() + 3;
            while (session.state() == SessionState.RUNNING && session.stepCount() < after) {
                Thread.onSpinWait();
            }
        } else {
            awaitIterations(session, 3);
        }
        if (session.state() != SessionState.RUNNING) {
            assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        }
    }

    private static void awaitIterations(Session session, long iterations) {
        while (session.state().isActive() && session.stepCount() < iterations) {
            Thread.onSpinWait();
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
                new Session(
                        endingRobot,
                        endingRobot.policy(),
                        ending == Ending.STALE_OBSERVATIONS
                                ? OPTIONS.withMaxObservationAge(Duration.ofMillis(1))
                                : OPTIONS,
                        this.clock.platform());
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
                awaitBlockedThread();
                this.clock.advance(SECOND);
                this.clock.inspect();
                session.awaitStopped(Duration.ofMinutes(1));
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
                    .stamp(this.ending == Ending.STALE_OBSERVATIONS ? stamp - SECOND : stamp);
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
