/**
 * The SO-101 arm, six Feetech STS3215 servos on a serial bus: the wire protocol, the joints with
 * their LeRobot calibration, and the driver.
 */
@NullMarked
package dev.rfx.session.so101;

import org.jspecify.annotations.NullMarked;
