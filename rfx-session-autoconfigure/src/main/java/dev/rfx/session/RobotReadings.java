package dev.rfx.session;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a robot for its readings, on a thread that serves nothing else. A robot that does not
 * answer, because a call that hangs has its lock, blocks neither health nor the report of that
 * hang: a reader waits for half a second at most, and not at all while an older question is open.
 * Any thread.
 */
final class RobotReadings {

    private static final long PATIENCE_NANOS = 500_000_000;

    private final Robot<?, ?> robot;
    private final Executor executor;
    private @Nullable Question open; // guarded by this
    private volatile List<RobotReading> last = List.of();

    RobotReadings(Robot<?, ?> robot, SessionThreads threads) {
        this.robot = robot;
        this.executor = threads.executor("-readings");
    }

    /**
     * Returns what the robot answers, or its last answer if it takes too long or the caller is
     * interrupted.
     *
     * @throws RuntimeException what the robot throws
     * @throws Error what the robot throws
     */
    List<RobotReading> get() {
        try {
            this.last = ask().answer(PATIENCE_NANOS);
        } catch (TimeoutException ex) {
            // The last answer stands.
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (ex.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("Robot.readings() failed", ex.getCause());
        }
        return this.last;
    }

    /**
     * Asks the robot on the calling thread, which is the control thread: it calls the robot anyway.
     *
     * @throws RuntimeException what the robot throws
     * @throws Error what the robot throws
     */
    List<RobotReading> getOnControlThread() {
        this.last = read(this.robot);
        return this.last;
    }

    private static List<RobotReading> read(Robot<?, ?> robot) {
        // Null only from a mock, and nullness is not checked there.
        return Objects.requireNonNullElse(robot.readings(), List.of());
    }

    private synchronized Question ask() {
        Question question = this.open;
        if (question == null || question.isDone()) {
            question = new Question(this.robot);
            this.executor.execute(question);
            this.open = question;
        }
        return question;
    }

    private static final class Question extends FutureTask<List<RobotReading>> {

        private final long asked = System.nanoTime();

        Question(Robot<?, ?> robot) {
            super(() -> read(robot));
        }

        List<RobotReading> answer(long patienceNanos)
                throws InterruptedException, ExecutionException, TimeoutException {
            long rest = this.asked + patienceNanos - System.nanoTime();
            return get(Math.max(rest, 0), TimeUnit.NANOSECONDS);
        }
    }
}
