package dev.rfx.session.page;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionDescriptor;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.robot.LimitOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Samples the sessions five times per second, with and without viewers, so that a new viewer sees
 * the last two minutes. Only with viewers does it read the robots, because a reading may use their
 * bus. All work is done on one daemon thread. No read makes a control loop wait.
 */
final class LiveFeed {

    static final long INTERVAL_MILLIS = 200;

    private static final Logger logger = LoggerFactory.getLogger(LiveFeed.class);

    /** Time for the last sample at the end, and again for the viewers to receive it. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Map<String, Session> sessions;
    private final Map<String, Trend> trends = new TreeMap<>();
    private final boolean commands;
    private final Viewers viewers;
    private final Set<String> unreadable = new HashSet<>();
    private boolean reported; // confined to the thread of the feed
    private @Nullable ScheduledThreadPoolExecutor executor; // guarded by this

    LiveFeed(Map<String, Session> sessions, boolean commands, Viewers viewers) {
        this.sessions = new TreeMap<>(sessions);
        this.sessions.forEach((name, session) -> this.trends.put(name, new Trend(session)));
        this.commands = commands;
        this.viewers = viewers;
    }

    synchronized void start() {
        this.viewers.open();
        ScheduledThreadPoolExecutor started =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "rfx-session-page");
                            thread.setDaemon(true);
                            return thread;
                        });
        started.scheduleAtFixedRate(this::sample, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        this.executor = started;
    }

    /** Sends a last frame and closes the connections. */
    void stop() {
        ScheduledThreadPoolExecutor running = takeExecutor();
        if (running == null) {
            return;
        }
        running.execute(this::sample);
        running.execute(this.viewers::close);
        running.shutdown();
        try {
            running.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            this.viewers.awaitEmpty(PATIENCE);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable ScheduledThreadPoolExecutor takeExecutor() {
        ScheduledThreadPoolExecutor running = this.executor;
        this.executor = null;
        return running;
    }

    synchronized boolean isRunning() {
        return this.executor != null;
    }

    /**
     * Adds a viewer, who gets the last two minutes first and then each frame. Any thread: the
     * thread of the feed adds the viewer, between two samples.
     */
    void add(Viewers.Connection connection) throws ViewerRefusedException {
        ScheduledThreadPoolExecutor running;
        synchronized (this) {
            running = this.executor;
        }
        if (running == null) {
            throw ViewerRefusedException.ending();
        }
        try {
            running.submit(
                            () -> {
                                this.viewers.add(connection, () -> frame(Trend::points));
                                return null;
                            })
                    .get();
        } catch (RejectedExecutionException ex) {
            throw ViewerRefusedException.ending();
        } catch (ExecutionException ex) {
            if (ex.getCause() instanceof ViewerRefusedException refused) {
                throw refused;
            }
            throw new IllegalStateException("The first frame cannot be made", ex.getCause());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw ViewerRefusedException.ending();
        }
    }

    /** Never throws: the executor would cancel all further samples. */
    void sample() {
        long now = System.currentTimeMillis();
        boolean watched = !this.viewers.isEmpty();
        this.trends.values().forEach(trend -> attempt(() -> trend.sample(now, watched)));
        if (watched) {
            attempt(() -> this.viewers.send(frame(Trend::latest)));
        }
    }

    private void attempt(Runnable part) {
        try {
            part.run();
        } catch (Throwable ex) {
            report(ex);
        }
    }

    private void report(Throwable problem) {
        if (this.reported) {
            return;
        }
        this.reported = true;
        try {
            logger.warn(
                    "Frames of the live page are missing or incomplete. Further failures are not"
                            + " logged",
                    problem);
        } catch (Throwable ex) {
            // There is no other log to report this to.
        }
    }

    private String frame(Function<Trend, List<Point>> points) {
        Map<String, Frame.View> views = new LinkedHashMap<>();
        this.trends.forEach(
                (name, trend) -> {
                    Frame.View view = view(name, trend, points.apply(trend));
                    if (view != null) {
                        views.put(name, view);
                    }
                });
        return JsonMapper.shared()
                .writeValueAsString(
                        new Frame(
                                System.currentTimeMillis(),
                                this.commands,
                                PeriodBins.LABELS,
                                views));
    }

    /** A session whose robot cannot be read is left out, and the others are shown. */
    private Frame.@Nullable View view(String name, Trend trend, List<Point> points) {
        Session session = Objects.requireNonNull(this.sessions.get(name));
        try {
            Frame.View view =
                    new Frame.View(
                            describe(session),
                            session.elapsed().toNanos() / 1e9,
                            trend.rateHz(),
                            session.joints(),
                            limits(session).min(),
                            limits(session).max(),
                            savableSeconds(session),
                            trend.histogram(),
                            points);
            this.unreadable.remove(name);
            return view;
        } catch (Throwable ex) {
            if (this.unreadable.add(name)) {
                logger.warn("Session '{}' is not on the live page: it cannot be read", name, ex);
            }
            return null;
        }
    }

    private static LimitOptions limits(Session session) {
        return session.options().limits() instanceof LimitOptions limits
                ? limits
                : LimitOptions.none();
    }

    private static @Nullable Double savableSeconds(Session session) {
        return session.options().recording() instanceof RecordingOptions recording
                        && recording.last() != null
                ? recording.last().toNanos() / 1e9
                : null;
    }

    /** The page shows the last iterations only after a failure. */
    private static SessionDescriptor describe(Session session) {
        SessionDescriptor summary = SessionDescriptor.summaryOf(session);
        return summary.failure() == null ? summary : SessionDescriptor.of(session);
    }
}
