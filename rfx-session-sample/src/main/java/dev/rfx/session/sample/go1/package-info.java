/**
 * The profile {@code go1}: a trained policy makes a simulated Unitree Go1 walk. MuJoCo runs in a
 * process of its own. The policy is configuration; the only code is the simulated robot.
 */
@NullMarked
package dev.rfx.session.sample.go1;

import org.jspecify.annotations.NullMarked;
