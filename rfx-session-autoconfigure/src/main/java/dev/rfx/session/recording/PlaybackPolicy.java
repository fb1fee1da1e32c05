package dev.rfx.session.recording;

import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import dev.rfx.session.Timestamped;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** Selects recorded actions, by time. */
final class PlaybackPolicy<A> implements Policy<Object, A> {

    private final String name;
    private final Playhead playhead;
    private final List<A> actions;
    private final LongSupplier nanoTime;

    /**
     * Begins before the first action.
     *
     * @param nanoTime the time, for observations without a timestamp
     * @throws IllegalArgumentException if an action could not be sent
     */
    PlaybackPolicy(String name, Playhead playhead, List<A> actions, LongSupplier nanoTime) {
        this.name = name;
        this.playhead = playhead;
        this.actions = List.copyOf(actions);
        this.nanoTime = nanoTime;
        for (int i = 0; i < this.actions.size(); i++) {
            if (this.actions.get(i) instanceof Tensor tensor) {
                check(tensor, i);
            }
        }
    }

    /** Before anything moves, not when it is sent. */
    private void check(Tensor action, int number) {
        if (this.actions.get(0) instanceof Tensor first && !action.hasShapeOf(first)) {
            throw new IllegalArgumentException(
                    "%s: action %d has shape %s, but must have %s, as the first"
                            .formatted(
                                    this.name,
                                    number,
                                    Arrays.toString(action.shape()),
                                    Arrays.toString(first.shape())));
        }
        int index = action.indexOfNonFinite();
        if (index >= 0) {
            throw new IllegalArgumentException(
                    "%s: value %d of action %d is %s, but must be finite"
                            .formatted(this.name, index, number, action.get(index)));
        }
    }

    @Override
    public A selectAction(Object observation) {
        long now =
                observation instanceof Timestamped stamped && stamped.hasTimestamp()
                        ? stamped.timestampNanos()
                        : this.nanoTime.getAsLong();
        return this.actions.get(this.playhead.at(now));
    }

    @Override
    public void reset() {
        this.playhead.rewind();
    }

    @Override
    public String toString() {
        return "the actions of " + this.name;
    }
}
