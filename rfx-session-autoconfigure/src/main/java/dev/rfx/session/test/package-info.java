/**
 * Tests policies and robots without waiting: a {@link dev.rfx.session.test.VirtualSession} runs the
 * real session on virtual time, one thread at a time, so that two runs of one scenario are
 * identical. A {@link dev.rfx.session.test.Fault} makes a call of a robot or a policy fail. Needs
 * no test framework. Start reading at {@link dev.rfx.session.test.VirtualSession}.
 */
@NullMarked
package dev.rfx.session.test;

import org.jspecify.annotations.NullMarked;
