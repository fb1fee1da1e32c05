/**
 * Robots without hardware, and decorators for any robot. Start with {@link
 * dev.rfx.session.robot.MockRobot} to try out a policy, and with {@link
 * dev.rfx.session.robot.SafetyLimits} to limit what a policy may command.
 */
@NullMarked
package dev.rfx.session.robot;

import org.jspecify.annotations.NullMarked;
