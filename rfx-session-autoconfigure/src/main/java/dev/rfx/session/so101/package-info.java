/**
 * The SO-101 arm, six Feetech STS3215 servos on a serial bus, as a robot. Start with {@link
 * dev.rfx.session.so101.So101Robot}. It drives an {@code Arm}, which addresses the servos through a
 * {@code ServoBus}; {@code ArmSetup} checks and configures them, {@code JointHold} lets joints hold
 * without a jump, and {@code Ramp} moves them to the start pose. The wire protocol is in {@code
 * protocol}.
 */
@NullMarked
package dev.rfx.session.so101;

import org.jspecify.annotations.NullMarked;
