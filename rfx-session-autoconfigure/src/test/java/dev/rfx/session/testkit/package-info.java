/**
 * What the tests of all modules share beside {@link dev.rfx.session.test}: a robot that runs the
 * steps of a test, JVMs and terminals. Start reading at {@link
 * dev.rfx.session.testkit.ScriptedRobot}.
 */
@NullMarked
package dev.rfx.session.testkit;

import org.jspecify.annotations.NullMarked;
