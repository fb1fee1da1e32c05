/**
 * What the operating system does for a control thread: real-time priority, time slice, processors,
 * their latency, locked memory. A leaf: it knows no robot and no session. Users meet {@link
 * dev.rfx.session.thread.ThreadOptions} and {@link dev.rfx.session.thread.ThreadStatus}; {@code
 * ThreadTuning} and {@code TunedThread} are internal to {@code dev.rfx.session}. Start reading at
 * {@code ThreadTuning}.
 */
@NullMarked
package dev.rfx.session.thread;

import org.jspecify.annotations.NullMarked;
