package dev.rfx.session.metrics;

import dev.rfx.session.Session;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;

/**
 * Binds the meters {@code rfx.session.*} of sessions, tagged with the bean name as {@code session}.
 * The meters read what the loop records anyway: a scrape never makes the loop wait, and the loop
 * never calls Micrometer. A daemon thread updates the histograms four times per second until {@link
 * #close()}. A run that is shorter than a quarter of a second may be missing in them.
 *
 * @since 0.1
 */
public final class SessionMetrics implements MeterBinder, AutoCloseable {

    private final Map<String, Session> sessions;
    private final boolean withBuckets;
    private final HistogramUpdates histograms = new HistogramUpdates();

    /**
     * Creates a binder.
     *
     * @param sessions the sessions by bean name
     */
    public SessionMetrics(Map<String, Session> sessions) {
        this(sessions, true);
    }

    /**
     * Creates a binder, with or without the buckets of the histograms.
     *
     * @param sessions the sessions by bean name
     * @param withBuckets whether the histograms have buckets. Otherwise they have count, sum and
     *     maximum.
     */
    public SessionMetrics(Map<String, Session> sessions, boolean withBuckets) {
        this.sessions = Map.copyOf(sessions);
        this.withBuckets = withBuckets;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.sessions.forEach(
                (name, session) -> {
                    Tags tags = Tags.of("session", name);
                    new SessionMeters(registry, tags, session).bind();
                    this.histograms.add(
                            new IterationTimers(registry, tags, session, this.withBuckets));
                });
    }

    /** Updates the histograms a last time and ends their thread. */
    @Override
    public void close() {
        this.histograms.close();
    }
}
