package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@link Robot#readings()} on a thread that does nothing else. A robot may not answer,
 * because a call that does not return holds its lock. Then it blocks neither health nor the report
 * of a stall: a reader waits for half a second at most, and not at all while an older request is
 * unanswered. Any thread.
 */
final class RobotReadings {

    private static final long TIMEOUT_NANOS = 500_000_000;

    private final Robot<?, ?> robot;
    private final Clock clock;
    private final Executor executor;
    private @Nullable Request latest; // guarded by this
    private volatile List<RobotReading> last = List.of();

    RobotReadings(Robot<?, ?> robot, Clock clock, SessionThreads threads) {
        this.robot = robot;
        this.clock = clock;
        this.executor = threads.executor("-readings");
    }

    /**
     * {@return the readings, or the last known ones if the robot does not answer in time or the
     * caller is interrupted}
     *
     * @throws RuntimeException if the robot throws it
     * @throws Error if the robot throws it
     */
    List<RobotReading> get() {
        try {
            this.last = request().await(TIMEOUT_NANOS);
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
     * {@return the readings, read on the calling thread} Called by the control thread, which may
     * call the robot.
     *
     * @throws RuntimeException if the robot throws it
     * @throws Error if the robot throws it
     */
    List<RobotReading> getOnControlThread() {
        this.last = read(this.robot);
        return this.last;
    }

    private static List<RobotReading> read(Robot<?, ?> robot) {
        // A mock returns null, and nullness is not checked there.
        return Objects.requireNonNullElse(robot.readings(), List.of());
    }

    private synchronized Request request() {
        Request request = this.latest;
        if (request == null || request.isDone()) {
            request = new Request(this.robot, this.clock);
            this.executor.execute(request);
            this.latest = request;
        }
        return request;
    }

    private static final class Request extends FutureTask<List<RobotReading>> {

        private final Clock clock;
        private final long begin;
        private final CountDownLatch done = new CountDownLatch(1);

        Request(Robot<?, ?> robot, Clock clock) {
            super(() -> read(robot));
            this.clock = clock;
            this.begin = clock.nanoTime();
        }

        @Override
        protected void done() {
            this.done.countDown();
        }

        /** The timeout counts from the begin of the request, whichever reader made it. */
        List<RobotReading> await(long timeoutNanos)
                throws InterruptedException, ExecutionException, TimeoutException {
            long rest = this.begin + timeoutNanos - this.clock.nanoTime();
            if (!this.clock.await(this.done, rest)) {
                throw new TimeoutException();
            }
            return get();
        }
    }
}
