package dev.rfx.session.sample;

/** The commands of {@code --sample.so101}. None of them writes to a servo. */
enum So101Command {

    /** Lists the serial ports and the servos that answer on them. */
    SCAN,

    /** Prints one table of the joints. */
    READ,

    /** Prints the table repeatedly until Ctrl-C. */
    MONITOR
}
