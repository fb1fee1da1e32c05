package dev.rfx.session.recording;

import dev.rfx.session.EndOfRunException;
import java.util.List;

/**
 * The place in a recording that is due, by time. Confined to the control thread; allocates nothing
 * until the end.
 *
 * <p>Each call finds the latest entry that is due. So a recording takes as long as it took, at any
 * rate of the session. Jitter neither repeats nor skips an entry, because one that is due within a
 * quarter of a period is due now.
 */
final class Playhead {

    private static final int NOT_STARTED = -1;

    /** An entry is due this share of a period early. */
    private static final int EARLY = 4;

    private final String name;
    private final long[] offsets;
    private final boolean repeats;
    private int index = NOT_STARTED;
    private long begin;
    private long previous;

    /**
     * Begins before the first entry.
     *
     * @param name the name of the recording
     * @param times when each entry is due, in ns; at least one
     * @param repeats whether the first entry follows the last
     * @throws IllegalArgumentException if the times do not increase
     */
    Playhead(String name, List<Long> times, boolean repeats) {
        this.name = name;
        this.repeats = repeats;
        this.offsets = new long[times.size()];
        for (int i = 0; i < this.offsets.length; i++) {
            this.offsets[i] = times.get(i) - times.get(0);
            if (i > 0 && this.offsets[i] <= this.offsets[i - 1]) {
                throw new IllegalArgumentException(
                        "%s: entry %d is due at %d ns, but must be due after entry %d, at %d ns"
                                .formatted(name, i, this.offsets[i], i - 1, this.offsets[i - 1]));
            }
        }
    }

    /**
     * {@return the index of the entry that is due}
     *
     * @param now the time in ns; the first call is at the time of the first entry
     * @throws EndOfRunException after the last entry, unless the recording repeats
     */
    int at(long now) {
        int last = this.offsets.length - 1;
        if (this.index == NOT_STARTED) {
            this.begin = now;
            this.previous = now;
            this.index = 0;
        }
        long sincePrevious = Math.max(now - this.previous, 0);
        this.previous = now;
        if (this.index == last && now - this.begin > this.offsets[last]) {
            if (!this.repeats) {
                throw new EndOfRunException(this.name + " is over");
            }
            beginAgain(now, sincePrevious);
        }
        while (this.index < last) {
            long due = this.offsets[this.index + 1];
            if (now - this.begin < due - early(due - this.offsets[this.index], sincePrevious)) {
                break;
            }
            this.index++;
        }
        return this.index;
    }

    /** The first entry follows the last one as that followed the one before it. */
    private void beginAgain(long now, long sincePrevious) {
        int last = this.offsets.length - 1;
        if (last == 0) {
            return; // stays at its only entry
        }
        long period = this.offsets[last] - this.offsets[last - 1];
        long length = this.offsets[last] + period;
        long elapsed = now - this.begin + early(period, sincePrevious);
        if (elapsed >= length) {
            this.begin += elapsed / length * length;
            this.index = 0;
        }
    }

    private static long early(long period, long sincePrevious) {
        return Math.min(period, sincePrevious) / EARLY;
    }

    /** {@return the time of the first entry; defined after {@link #at}} */
    long begin() {
        return this.begin;
    }

    /** Goes back to before the first entry. */
    void rewind() {
        this.index = NOT_STARTED;
    }
}
