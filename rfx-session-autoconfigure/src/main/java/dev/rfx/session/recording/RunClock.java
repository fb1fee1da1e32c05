package dev.rfx.session.recording;

import dev.rfx.session.SessionPlatform;
import java.time.Instant;

/**
 * Relates the clock of a session to the wall clock, as of the begin of a run. Immutable.
 *
 * @param begin the reading of the clock of the session at the begin
 * @param wallBegin the wall clock then, in ns since the epoch
 */
record RunClock(long begin, long wallBegin) {

    /** On virtual time every run begins here, so that its recording is the same each time. */
    private static final Instant VIRTUAL_BEGIN = Instant.parse("2000-01-01T00:00:00Z");

    static RunClock now(SessionPlatform platform) {
        Instant wall = platform.isVirtual() ? VIRTUAL_BEGIN : Instant.now();
        return new RunClock(
                platform.clock().nanoTime(),
                wall.getEpochSecond() * 1_000_000_000 + wall.getNano());
    }

    long sinceBegin(long nanoTime) {
        return nanoTime - this.begin;
    }

    long wallTime(long nanoTime) {
        return this.wallBegin + nanoTime - this.begin;
    }

    Instant beginAsInstant() {
        return Instant.ofEpochSecond(0, this.wallBegin);
    }
}
