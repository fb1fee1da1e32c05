package dev.rfx.session.so101;

/** What the arm does at the end of a run. */
public enum StopMode {

    /** Every joint stays where it is, with torque. The arm holds itself up, and stays warm. */
    HOLD,

    /** Torque goes off at once. The arm falls, unless something holds it. */
    TORQUE_OFF,

    /** The arm goes to its start pose at its start speed, and then torque goes off. */
    PARK_THEN_TORQUE_OFF
}
