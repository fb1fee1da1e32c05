/**
 * What the tests of all modules share: a robot that runs the steps of a test, JVMs and terminals.
 * Virtual time is in {@link dev.rfx.session.test}. Start reading at {@link
 * dev.rfx.session.testkit.ScriptedRobot}.
 */
@NullMarked
package dev.rfx.session.testkit;

import org.jspecify.annotations.NullMarked;
