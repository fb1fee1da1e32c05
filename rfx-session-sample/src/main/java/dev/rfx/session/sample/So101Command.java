package dev.rfx.session.sample;

/** What {@code --sample.so101} can be told to do. None of it writes to a servo. */
enum So101Command {

    /** Lists the serial ports and the servos that answer on them. */
    SCAN,

    /** Prints one table of the joints. */
    READ,

    /** Prints the table again and again, until Ctrl-C. */
    MONITOR
}
