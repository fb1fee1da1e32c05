/**
 * Records what a session has seen and done, as MCAP files, and replays it. Users meet {@link
 * dev.rfx.session.recording.RecordingOptions}, and {@link dev.rfx.session.recording.Codec} for
 * types of their own. Start reading at {@link dev.rfx.session.recording.Recorder}: the control
 * thread copies each iteration into a ring, and a writer thread does the rest.
 */
@NullMarked
package dev.rfx.session.recording;

import org.jspecify.annotations.NullMarked;
