/**
 * The core: the public API, and the run of a session. A {@link dev.rfx.session.Session} connects a
 * {@link dev.rfx.session.Policy} to a {@link dev.rfx.session.Robot} through a fixed-rate control
 * loop. The core needs the JDK and SLF4J only, and is used with or without Spring.
 *
 * <p>Start reading at {@link dev.rfx.session.Session}, the object that users hold. From there
 * follow one start: {@code RunRegister} decides which caller starts or stops a run, {@code
 * SessionRun} composes the parts of a run and drives it, and {@code ControlLoop} is the hot path.
 * Each class of a run names the thread that it belongs to.
 *
 * <p>Four leaves below this package know no robot and no session: {@code timing} (clock, wait,
 * record of iterations), {@code thread} (operating system options of the control thread), {@code
 * jfr} (flight recorder events) and {@code support} (small helpers).
 */
@NullMarked
package dev.rfx.session;

import org.jspecify.annotations.NullMarked;
