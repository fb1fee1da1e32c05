/**
 * The test kit of all modules: a clock and a robot that a test controls, JVMs and terminals. Start
 * reading at {@link dev.rfx.session.testkit.ScriptedRobot} and {@link
 * dev.rfx.session.testkit.FakeClock}.
 */
@NullMarked
package dev.rfx.session.testkit;

import org.jspecify.annotations.NullMarked;
