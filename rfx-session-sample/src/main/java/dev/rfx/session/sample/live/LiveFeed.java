package dev.rfx.session.sample.live;

import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionDescriptor;
import dev.rfx.session.actuate.SessionEndpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.json.JsonMapper;

/**
 * Samples the sessions five times a second, whether or not somebody looks: who opens the page sees
 * the last two minutes. All of it happens on one daemon thread, and in what it reads of a session
 * the control loop waits for nobody.
 */
final class LiveFeed implements SmartLifecycle {

    private static final long INTERVAL_MILLIS = 200;

    /** As long as a sample may take before the application ends without the last one. */
    private static final long LAST_SAMPLE_MILLIS = 1000;

    private final Map<String, Session> sessions;
    private final Map<String, Trend> trends = new TreeMap<>();
    private final SessionEndpoint endpoint;
    private final Supplier<@Nullable String> commands;
    private final JsonMapper json;
    private final Viewers viewers;
    private @Nullable ScheduledThreadPoolExecutor executor; // guarded by this

    LiveFeed(
            Map<String, Session> sessions,
            Supplier<@Nullable String> commands,
            JsonMapper json,
            Viewers viewers) {
        this.sessions = new TreeMap<>(sessions);
        this.sessions.forEach((name, session) -> this.trends.put(name, new Trend(session)));
        this.endpoint = new SessionEndpoint(sessions);
        this.commands = commands;
        this.json = json;
        this.viewers = viewers;
    }

    @Override
    public synchronized void start() {
        ScheduledThreadPoolExecutor started =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "live-feed");
                            thread.setDaemon(true);
                            return thread;
                        });
        started.scheduleAtFixedRate(this::sample, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        this.executor = started;
    }

    /**
     * After the sessions have stopped, and before the web server does, which waits for open
     * connections: the page shows how they ended, then that there is nobody any more.
     */
    @Override
    public synchronized void stop() {
        ScheduledThreadPoolExecutor running = this.executor;
        if (running == null) {
            return;
        }
        this.executor = null;
        running.execute(this::sample);
        running.execute(this.viewers::close);
        running.shutdown();
        try {
            running.awaitTermination(LAST_SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return this.executor != null;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }

    /** Lets one more viewer see all that there is of the last two minutes, then what comes. */
    void add(Viewers.Connection connection) throws TooManyViewersException {
        this.viewers.add(connection, frame((name, trend) -> trend.points()));
    }

    private void sample() {
        long now = System.currentTimeMillis();
        Map<String, Point> latest = new TreeMap<>();
        this.trends.forEach((name, trend) -> latest.put(name, trend.sample(now)));
        if (!this.viewers.isEmpty()) {
            this.viewers.send(frame((name, trend) -> List.of(latest.get(name))));
        }
    }

    private String frame(BiFunction<String, Trend, List<Point>> points) {
        Map<String, SessionDescriptor> summaries = this.endpoint.sessions().sessions();
        Map<String, Frame.View> views = new LinkedHashMap<>();
        this.trends.forEach(
                (name, trend) -> {
                    Session session = this.sessions.get(name);
                    views.put(
                            name,
                            new Frame.View(
                                    withIterationsIfFailed(name, summaries.get(name)),
                                    session.elapsed().toNanos() / 1e9,
                                    trend.rateHz(),
                                    joints(session),
                                    trend.histogram(),
                                    points.apply(name, trend)));
                });
        return this.json.writeValueAsString(
                new Frame(System.currentTimeMillis(), this.commands.get(), views));
    }

    private SessionDescriptor withIterationsIfFailed(String name, SessionDescriptor summary) {
        return summary.failure() == null
                ? summary
                : Objects.requireNonNull(this.endpoint.session(name));
    }

    /** As the robot names them; whoever does not know the robot counts them from 0. */
    private static List<String> joints(Session session) {
        return session.readings().stream()
                .map(RobotReading::joint)
                .filter(Objects::nonNull)
                .filter(joint -> !joint.chars().allMatch(Character::isDigit))
                .distinct()
                .toList();
    }
}
