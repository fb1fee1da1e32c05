/**
 * The time of a control loop: the clock, the wait for the next deadline, and the record of
 * completed iterations. A leaf: it knows no robot and no session. Users meet {@link
 * dev.rfx.session.timing.IterationRecord}, {@link dev.rfx.session.timing.IterationReader} and
 * {@link dev.rfx.session.timing.IterationSink}; the other types are internal to {@code
 * dev.rfx.session}. Start reading at {@link dev.rfx.session.timing.HybridWait} for the wait and its
 * spin window, and at {@link dev.rfx.session.timing.TimingRecorder} for the record.
 */
@NullMarked
package dev.rfx.session.timing;

import org.jspecify.annotations.NullMarked;
