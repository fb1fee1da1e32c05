package dev.rfx.session.recording;

/** Where the parts of an iteration are within its frame, as offsets in bytes. */
final class IterationFrame {

    /** The length of the frame. */
    static final int LENGTH = 0;

    static final int FLAGS = 4;
    static final int NUMBER = 8;
    static final int DUE = 16;
    static final int START = 24;
    static final int OBSERVED = 32;
    static final int SELECTED = 40;
    static final int END = 48;
    static final int TIMESTAMP = 56;

    /** The number of iterations that were dropped since the frame before. */
    static final int DROPPED = 64;

    // The number of the layout of each value, and where its bytes end, from the begin of the frame.
    static final int OBSERVATION_LAYOUT = 72;
    static final int OBSERVATION_END = 76;
    static final int ACTION_LAYOUT = 80;
    static final int ACTION_END = 84;
    static final int SENT_LAYOUT = 88;
    static final int SENT_END = 92;

    /** Where the bytes of the values begin: of the observation, the action, and what was sent. */
    static final int VALUES = 96;

    // Flags. The TimingRecorder has others.

    /** The observation has a timestamp. */
    static final int HAS_TIMESTAMP = 1 << 16;

    /** The action that the robot received is the object that the policy selected. */
    static final int SENT_AS_SELECTED = 1 << 17;

    /** The iteration was not completed. */
    static final int INCOMPLETE = 1 << 18;

    private IterationFrame() {}
}
