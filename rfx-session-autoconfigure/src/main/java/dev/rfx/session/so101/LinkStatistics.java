package dev.rfx.session.so101;

import dev.rfx.session.RobotReading;
import dev.rfx.session.so101.protocol.ReplyParser;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts cycles and errors of the connection to the servos. Written by one thread, read by any. */
final class LinkStatistics {

    private final AtomicLong cycles = new AtomicLong();
    private final AtomicLong failedCycles = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong timeouts = new AtomicLong();
    private final AtomicLong checksumErrors = new AtomicLong();
    private final AtomicLong wrongReplies = new AtomicLong();
    private volatile long lastGood = System.nanoTime();
    private volatile boolean anyGood;

    void goodCycle(long measuredAt) {
        this.cycles.incrementAndGet();
        this.lastGood = measuredAt;
        this.anyGood = true;
    }

    void failedCycle() {
        this.cycles.incrementAndGet();
        this.failedCycles.incrementAndGet();
    }

    void retry() {
        this.retries.incrementAndGet();
    }

    /** Counts a failed attempt by its last outcome. */
    void mismatch(ReplyParser.Outcome outcome) {
        switch (outcome) {
            case INCOMPLETE -> this.timeouts.incrementAndGet();
            case BAD_CHECKSUM -> this.checksumErrors.incrementAndGet();
            case WRONG_ID, WRONG_LENGTH, REPLY, LONGER -> this.wrongReplies.incrementAndGet();
        }
    }

    List<RobotReading> readings() {
        return List.of(
                RobotReading.count("link.cycles", null, this.cycles.get()),
                RobotReading.incidents("link.failed.cycles", null, this.failedCycles.get()),
                RobotReading.incidents("link.retries", null, this.retries.get()),
                RobotReading.incidents("link.timeouts", null, this.timeouts.get()),
                RobotReading.incidents("link.checksum.errors", null, this.checksumErrors.get()),
                RobotReading.incidents("link.wrong.replies", null, this.wrongReplies.get()),
                RobotReading.value(
                        "link.last.good.age.seconds",
                        null,
                        this.anyGood ? (System.nanoTime() - this.lastGood) / 1e9 : Double.NaN));
    }
}
