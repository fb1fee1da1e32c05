/**
 * Records what a session has seen and done, as MCAP files, and replays it. Users meet {@link
 * dev.rfx.session.recording.RecordingOptions}, {@link dev.rfx.session.recording.Replay}, {@link
 * dev.rfx.session.recording.RecordingSummary} and {@link
 * dev.rfx.session.recording.RecordingDifference}, and {@link dev.rfx.session.recording.Codec} for
 * types of their own. Start reading at {@link dev.rfx.session.recording.Recorder}: the control
 * thread copies each iteration into a ring, and a writer thread does the rest.
 */
@NullMarked
package dev.rfx.session.recording;

import org.jspecify.annotations.NullMarked;
