/**
 * Micrometer meters of sessions. Start with {@link dev.rfx.session.metrics.SessionMetrics}, which
 * binds them; {@code SessionMeters} lists the counters and gauges, {@code IterationTimers} the
 * histograms.
 */
@NullMarked
package dev.rfx.session.metrics;

import org.jspecify.annotations.NullMarked;
