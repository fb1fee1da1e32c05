package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.WaitingTest;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JVM ends during {@link Session#run()}, without Spring. */
class SessionShutdownTests {

    private static final Duration BOUND = Duration.ofSeconds(4);

    private static final List<String> SMALL_HEAP = List.of("-Xmx24m", "-XX:+UseG1GC");

    private static final SessionOptions AT_ONCE =
            SessionOptions.defaults().withWarmup(Duration.ZERO);

    @WaitingTest
    void robotIsStoppedBeforeATerminatedJvmIsGone() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(RunForEver.class)) {
            jvm.awaitLine("acting");

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(143);
            assertThat(jvm.output()).containsOnlyOnce("robot.stop()");
        }
    }

    @WaitingTest
    void robotIsStoppedOnCtrlC() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(RunForEver.class)) {
            jvm.awaitLine("acting");

            jvm.interrupt();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(130);
            assertThat(jvm.output()).containsOnlyOnce("robot.stop()");
        }
    }

    @WaitingTest
    void robotIsStoppedOnSystemExitFromThePolicy() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(ExitFromThePolicy.class)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isEqualTo(3);
            assertThat(jvm.output()).containsOnlyOnce("robot.stop()");
        }
    }

    @WaitingTest
    void sessionThatWasStartedByHandIsStoppedToo() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(StartAndSleep.class)) {
            jvm.awaitLine("acting");

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(143);
            assertThat(jvm.output()).containsOnlyOnce("robot.stop()");
        }
    }

    @WaitingTest
    void robotIsStoppedWhenMainReturns() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(StartAndReturn.class)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(jvm.output()).containsOnlyOnce("robot.stop()");
        }
    }

    @WaitingTest
    void robotIsStoppedThoughTheHeapIsFull() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(SMALL_HEAP, entry -> true, FillTheHeap.class)) {
            assertThat(jvm.awaitLine("robot.stop()")).isEqualTo("robot.stop()");
            jvm.awaitLine("state FAILED");
        }
    }

    @WaitingTest
    void robotIsStoppedThoughTheFirstResetFillsTheHeap() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Xmx24m", "-XX:+UseSerialGC"),
                        entry -> true,
                        FillTheHeapInReset.class)) {
            assertThat(jvm.awaitLine("robot.stop()")).isEqualTo("robot.stop()");
            jvm.awaitLine("state FAILED");
        }
    }

    @WaitingTest
    void failureIsReportedThoughTheJvmEndsWhileARestartIsPlanned() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(ExitWhileARestartIsPlanned.class)) {
            jvm.awaitLine("robot.stop()");
            assertThat(jvm.awaitExit(BOUND)).isZero();
            assertThat(jvm.output()).contains("failed is reported");
        }
    }

    @WaitingTest
    void robotIsStoppedThoughACallDoesNotReturnWithAFullHeap() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(SMALL_HEAP, entry -> true, FillTheHeapAndBlock.class)) {
            assertThat(jvm.awaitLine("robot.stop()")).isEqualTo("robot.stop()");
            assertThat(jvm.awaitLine("state")).isEqualTo("state FAILED, acts 0");
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(strings = {"stop", "requestStop", "close"})
    void stopReachesTheRobotThoughTheHeapIsFull(String method) throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Xmx32m", "-XX:+UseG1GC"),
                        entry -> true,
                        StopWithFullHeap.class,
                        method)) {
            assertThat(jvm.awaitLine("stopped with")).isEqualTo("stopped with a full heap: true");
            assertThat(jvm.awaitLine("state")).isEqualTo("state STOPPED, stops 1, thrown null");
        }
    }

    @WaitingTest
    void runThatIsAttendedWithAFullHeapLeavesNoRobotBehind() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Xmx32m", "-XX:+UseG1GC"), entry -> true, RunWithFullHeap.class)) {
            assertThat(jvm.awaitLine("attended")).isEqualTo("attended or stopped: true");
            assertThat(jvm.awaitLine("stops")).isEqualTo("stops 1");
        }
    }

    @WaitingTest
    void startWhileTheJvmEndsIsRefusedAndIsNoFailure() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(StartInDyingJvm.class)) {
            assertThat(jvm.awaitLine("refused"))
                    .isEqualTo(
                            "refused: Session 'rfx-session' cannot start: the JVM is shutting down");
            assertThat(jvm.awaitLine("state")).isEqualTo("state STOPPED, resets 1, asked 0");
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(jvm.output()).doesNotContain("ERROR", "Exception");
        }
    }

    @WaitingTest
    void sessionThatIsStuckKeepsNoJvmFromEndingInOrder() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(BlockForEver.class)) {
            jvm.awaitLine("blocked");

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(143);
            assertThat(jvm.output())
                    .containsOnlyOnce("robot.stop()")
                    .doesNotContain("Exception in thread");
        }
    }

    @WaitingTest
    void shutdownHookIsRemovedWhenRunReturns() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(CountHooks.class)) {
            assertThat(jvm.awaitLine("hooks")).isEqualTo("hooks while it runs 1, afterwards 0");
        }
    }

    private static Robot<String, String> robot() {
        return new ScriptedRobot()
                .onAct(() -> System.out.println("acting"))
                .onStop(() -> System.out.println("robot.stop()"));
    }

    static final class RunForEver {
        public static void main(String[] args) {
            new Session(robot(), observation -> "action", AT_ONCE).run();
        }
    }

    static final class ExitFromThePolicy {
        public static void main(String[] args) {
            new Session(
                            robot(),
                            observation -> {
                                System.exit(3);
                                return "action";
                            },
                            AT_ONCE.withStopTimeout(Duration.ofMillis(500)))
                    .run();
        }
    }

    static final class StartAndSleep {
        public static void main(String[] args) throws InterruptedException {
            new Session(robot(), observation -> "action", AT_ONCE).start();
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }

    static final class StartAndReturn {
        public static void main(String[] args) {
            new Session(robot(), observation -> "action", AT_ONCE).start();
        }
    }

    /** The policy takes all memory and keeps it until the robot is stopped. */
    static final class FillTheHeap {

        private static final byte[] STOPPED = "robot.stop()\n".getBytes(StandardCharsets.US_ASCII);
        private static Object @Nullable [] hoard;

        public static void main(String[] args) throws Exception {
            ScriptedRobot robot =
                    new ScriptedRobot()
                            .onStop(
                                    () -> {
                                        hoard = null;
                                        System.out.write(STOPPED, 0, STOPPED.length);
                                        System.out.flush();
                                    });
            Session session = new Session(robot, observation -> fillTheHeap());
            session.start();
            session.awaitStopped(Duration.ofMinutes(1)); // waits before the heap is full
            System.out.println("state " + session.state());
        }

        private static String fillTheHeap() {
            Object[] all = null;
            for (int size = 1 << 20; ; size = Math.max(size / 16, 16)) {
                try {
                    while (true) {
                        all = new Object[] {all, new byte[size]};
                        hoard = all;
                    }
                } catch (OutOfMemoryError ex) {
                    if (size == 16) {
                        throw ex;
                    }
                }
            }
        }
    }

    /** The first reset takes all memory. */
    static final class FillTheHeapInReset {

        public static void main(String[] args) throws Exception {
            ScriptedRobot robot =
                    new ScriptedRobot()
                            .onReset(FillTheHeap::fillTheHeap)
                            .onStop(
                                    () -> {
                                        FillTheHeap.hoard = null;
                                        System.out.write(
                                                FillTheHeap.STOPPED, 0, FillTheHeap.STOPPED.length);
                                        System.out.flush();
                                    });
            Session session = new Session(robot, observation -> "action");
            Thread caller =
                    new Thread(
                            () -> {
                                try {
                                    session.start();
                                } catch (SessionException | OutOfMemoryError ex) {
                                    // the heap was full
                                }
                            });
            caller.start();
            caller.join();
            while (session.state().isActive()) {
                Thread.onSpinWait();
            }
            System.out.println("state " + session.state());
        }
    }

    /** The JVM ends while the restart policy has not answered yet. */
    static final class ExitWhileARestartIsPlanned {

        public static void main(String[] args) throws Exception {
            ScriptedRobot robot =
                    new ScriptedRobot()
                            .onObserve(
                                    () -> {
                                        throw new IllegalStateException("unplugged");
                                    })
                            .onStop(() -> System.out.println("robot.stop()"));
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch exiting = new CountDownLatch(1);
            Session session = new Session(robot, observation -> "action", AT_ONCE);
            session.setRestartPolicy(
                    new RestartPolicy() {

                        @Override
                        public @Nullable Duration delayAfter(SessionException failure) {
                            asked.countDown();
                            try {
                                exiting.await();
                            } catch (InterruptedException ex) {
                                Thread.currentThread().interrupt();
                            }
                            return null;
                        }

                        @Override
                        public int attempts() {
                            return 0;
                        }

                        @Override
                        public int maxAttempts() {
                            return 1;
                        }
                    });
            session.addListener(
                    new SessionListener() {

                        @Override
                        public void failed(SessionView session, SessionException failure) {
                            System.out.println("failed is reported");
                        }
                    });
            session.start();
            asked.await();
            // This hook runs in parallel with that of the session, if that is still registered.
            Runtime.getRuntime().addShutdownHook(new Thread(exiting::countDown));
            System.exit(0);
        }
    }

    /** The policy takes all memory, then does not return until the robot is stopped. */
    static final class FillTheHeapAndBlock {

        public static void main(String[] args) throws Exception {
            CountDownLatch stopped = new CountDownLatch(1);
            ScriptedRobot robot =
                    new ScriptedRobot()
                            .onStop(
                                    () -> {
                                        FillTheHeap.hoard = null;
                                        System.out.write(
                                                FillTheHeap.STOPPED, 0, FillTheHeap.STOPPED.length);
                                        System.out.flush();
                                        stopped.countDown();
                                    });
            Session session =
                    new Session(
                            robot,
                            observation -> {
                                try {
                                    FillTheHeap.fillTheHeap();
                                } catch (OutOfMemoryError ex) {
                                    while (stopped.getCount() > 0) {
                                        Thread.onSpinWait();
                                    }
                                }
                                return "action";
                            });
            session.start();
            session.awaitStopped(Duration.ofMinutes(1));
            System.out.println("state " + session.state() + ", acts " + robot.acts);
        }
    }

    /** The heap is full from the call of stop() until the session has stopped. */
    static final class StopWithFullHeap {

        private static @Nullable Throwable thrown;

        public static void main(String[] args) throws Exception {
            ScriptedRobot robot = new ScriptedRobot();
            Session session = new Session(robot, observation -> "action");
            session.start();
            RunWithFullHeap.awaitActs(robot, 5);
            // Created while there is memory: the session is under test, not this code.
            Runnable stop =
                    switch (args[0]) {
                        case "stop" -> session::stop;
                        case "requestStop" -> session::requestStop;
                        default -> session::close;
                    };
            boolean stopped = stopWithFullHeap(stop, robot);
            FillTheHeap.hoard = null;
            session.awaitStopped(Duration.ofMinutes(1));
            if (thrown != null) {
                thrown.printStackTrace();
            }
            System.out.println("stopped with a full heap: " + stopped);
            System.out.println(
                    "state %s, stops %s, thrown %s"
                            .formatted(session.state(), robot.stops, thrown));
        }

        private static boolean stopWithFullHeap(Runnable stop, ScriptedRobot robot) {
            try {
                FillTheHeap.fillTheHeap();
            } catch (OutOfMemoryError ex) {
                // Now the heap is full.
            }
            try {
                stop.run();
            } catch (Throwable ex) {
                thrown = ex;
            }
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (robot.stops.get() == 0 && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            return robot.stops.get() == 1;
        }
    }

    /** The heap is temporarily full while a thread waits in run(). */
    static final class RunWithFullHeap {

        public static void main(String[] args) throws Exception {
            ScriptedRobot robot = new ScriptedRobot();
            Thread attending =
                    new Thread(
                            () ->
                                    Session.run(
                                            robot,
                                            observation -> "action",
                                            SessionOptions.defaults().withRateHz(200),
                                            Duration.ofMinutes(1)));
            attending.start();
            awaitActs(robot, 5);
            fillTheHeapForAWhile(robot);
            System.out.println(
                    "attended or stopped: " + (attending.isAlive() || robot.stops.get() == 1));
            attending.interrupt();
            attending.join();
            System.out.println("stops " + robot.stops);
        }

        private static void fillTheHeapForAWhile(ScriptedRobot robot) {
            try {
                FillTheHeap.fillTheHeap();
            } catch (OutOfMemoryError ex) {
                // Now the heap is full.
            }
            awaitActs(robot, robot.acts.get() + 50);
            FillTheHeap.hoard = null;
        }

        private static void awaitActs(ScriptedRobot robot, int acts) {
            while (robot.acts.get() < acts && robot.stops.get() == 0) {
                Thread.onSpinWait();
            }
        }
    }

    /** A hook of the application starts the session again. */
    static final class StartInDyingJvm {

        public static void main(String[] args) {
            ScriptedRobot robot = new ScriptedRobot();
            AtomicInteger asked = new AtomicInteger();
            Session session = new Session(robot, observation -> "action", AT_ONCE);
            session.setRestartPolicy(
                    new RestartPolicy() {
                        @Override
                        public Duration delayAfter(SessionException failure) {
                            asked.incrementAndGet();
                            return Duration.ZERO;
                        }

                        @Override
                        public int attempts() {
                            return 0;
                        }

                        @Override
                        public int maxAttempts() {
                            return 1;
                        }
                    });
            session.start();
            session.stop();
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(
                                    () -> {
                                        startAgain(session);
                                        System.out.println(
                                                "state %s, resets %s, asked %s"
                                                        .formatted(
                                                                session.state(),
                                                                robot.resets,
                                                                asked));
                                    }));
        }

        private static void startAgain(Session session) {
            try {
                session.start();
            } catch (IllegalStateException ex) {
                System.out.println("refused: " + ex.getMessage());
            }
        }
    }

    /** A call ignores stop and interrupt, and never returns. */
    static final class BlockForEver {
        public static void main(String[] args) throws InterruptedException {
            new Session(
                            robot(),
                            observation -> {
                                System.out.println("blocked");
                                while (true) {
                                    Thread.onSpinWait();
                                }
                            },
                            AT_ONCE.withStopTimeout(Duration.ofMillis(200)))
                    .start();
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }

    static final class CountHooks {

        private static long whileItRuns;

        public static void main(String[] args) {
            Session session =
                    new Session(
                            robot(),
                            observation -> {
                                whileItRuns = hooks();
                                return "action";
                            },
                            AT_ONCE);
            session.run(Duration.ofMillis(1));
            System.out.println("hooks while it runs " + whileItRuns + ", afterwards " + hooks());
        }

        private static long hooks() {
            try {
                Field field =
                        Class.forName("java.lang.ApplicationShutdownHooks")
                                .getDeclaredField("hooks");
                field.setAccessible(true);
                return ((Map<?, ?>) field.get(null))
                        .keySet().stream()
                                .filter(hook -> hook.toString().contains("rfx-session"))
                                .count();
            } catch (ReflectiveOperationException ex) {
                throw new IllegalStateException(ex);
            }
        }
    }
}
