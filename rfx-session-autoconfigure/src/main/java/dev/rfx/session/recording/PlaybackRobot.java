package dev.rfx.session.recording;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Gives recorded observations, by time. */
final class PlaybackRobot<O, A> implements Robot<O, A> {

    /**
     * A recorded observation.
     *
     * @param sinceFirst its timestamp, in ns from the instant at which the first observation was
     *     returned; null without one
     */
    record Entry<O>(O observation, @Nullable Long sinceFirst) {}

    private final String name;
    private final Playhead playhead;
    private final List<Entry<O>> entries;
    private final Class<A> actionType;
    private final int @Nullable [] actionShape;
    private final LongSupplier nanoTime;

    PlaybackRobot(
            String name,
            Playhead playhead,
            List<Entry<O>> entries,
            Class<A> actionType,
            int @Nullable [] actionShape,
            LongSupplier nanoTime) {
        this.name = name;
        this.playhead = playhead;
        this.entries = List.copyOf(entries);
        this.actionType = actionType;
        this.actionShape = actionShape;
        this.nanoTime = nanoTime;
    }

    @Override
    public O observe() {
        long now = this.nanoTime.getAsLong();
        Entry<O> entry = this.entries.get(this.playhead.at(now));
        stamp(entry, this.playhead.begin(), now);
        return entry.observation();
    }

    /** Keeps the differences of the timestamps. An iteration that was late is not now. */
    private static void stamp(Entry<?> entry, long begin, long now) {
        if (entry.sinceFirst() != null && entry.observation() instanceof Observation observation) {
            long age = Math.max(now - begin - entry.sinceFirst(), 0);
            observation.stamp(now - age);
        }
    }

    @Override
    public void act(A action) {
        if (!this.actionType.isInstance(action)) {
            throw new IllegalArgumentException(
                    "The action is a %s, but %s has actions of type %s"
                            .formatted(
                                    action.getClass().getName(),
                                    this.name,
                                    this.actionType.getName()));
        }
    }

    /** {@return the first observation} The recording begins with the first iteration. */
    @Override
    public O reset() {
        this.playhead.rewind();
        Entry<O> first = this.entries.get(0);
        long now = this.nanoTime.getAsLong();
        stamp(first, now, now);
        return first.observation();
    }

    @Override
    public int @Nullable [] actionShape() {
        return this.actionShape == null ? null : this.actionShape.clone();
    }

    @Override
    public String toString() {
        return "the observations of " + this.name;
    }
}
