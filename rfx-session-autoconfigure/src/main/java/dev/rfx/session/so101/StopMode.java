package dev.rfx.session.so101;

/**
 * How the arm comes to rest at the end of a run.
 *
 * @since 0.1
 */
public enum StopMode {

    /** Every joint holds where it is, with torque. The motors stay warm. */
    HOLD,

    /** Torque goes off at once. The arm falls, unless it is supported. */
    TORQUE_OFF,

    /** The arm moves to its start pose at its start speed, then torque goes off. */
    PARK_THEN_TORQUE_OFF
}
