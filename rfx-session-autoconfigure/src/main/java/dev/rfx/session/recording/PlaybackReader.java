package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Reads a whole recording to memory, and checks it, before anything is played back. */
final class PlaybackReader {

    private final Path file;
    private final ValueDecoder decoder;
    private final LongSupplier nanoTime;
    private final boolean repeats;

    PlaybackReader(Path file, Codecs codecs, LongSupplier nanoTime, boolean repeats) {
        this.file = file;
        this.decoder = new ValueDecoder(file, codecs);
        this.nanoTime = nanoTime;
        this.repeats = repeats;
    }

    <O, A> PlaybackRobot<O, A> robot(Class<O> observationType, Class<A> actionType)
            throws IOException {
        List<Long> times = new ArrayList<>();
        List<PlaybackRobot.Entry<O>> entries = new ArrayList<>();
        int[] actionShape = null;
        boolean typeOfActionsIsKnown = false;
        long firstObserved = 0;
        try (RecordingReader reader = RecordingReader.open(this.file)) {
            RecordedIteration iteration = reader.next();
            while (iteration != null) {
                RecordedValue observation = iteration.observation();
                RecordedValue action = iteration.selected();
                if (action != null && !typeOfActionsIsKnown) {
                    typeOfActionsIsKnown = true;
                    A first = this.decoder.decode(action, actionType, "actions");
                    actionShape = first instanceof Tensor tensor ? tensor.shape() : null;
                }
                if (observation != null) {
                    if (entries.isEmpty()) {
                        firstObserved = iteration.observed();
                    }
                    Long timestamp = iteration.timestamp();
                    times.add(iteration.due());
                    entries.add(
                            new PlaybackRobot.Entry<>(
                                    this.decoder.decode(
                                            observation, observationType, "observations"),
                                    timestamp == null ? null : timestamp - firstObserved));
                }
                iteration = reader.next();
            }
        }
        return new PlaybackRobot<>(
                name(),
                playhead(times, "observations"),
                entries,
                actionType,
                actionShape,
                this.nanoTime);
    }

    <A> PlaybackPolicy<A> policy(Class<A> actionType) throws IOException {
        List<Long> times = new ArrayList<>();
        List<A> actions = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(this.file)) {
            RecordedIteration iteration = reader.next();
            while (iteration != null) {
                if (iteration.sent() != null) {
                    times.add(iteration.due());
                    actions.add(this.decoder.decode(iteration.sent(), actionType, "actions"));
                }
                iteration = reader.next();
            }
        }
        Playhead playhead = playhead(times, "actions");
        try {
            return new PlaybackPolicy<>(name(), playhead, actions, this.nanoTime);
        } catch (IllegalArgumentException ex) {
            throw new IOException(ex.getMessage(), ex);
        }
    }

    private Playhead playhead(List<Long> times, String what) throws IOException {
        if (times.isEmpty()) {
            throw new IOException("%s has no iterations with %s".formatted(this.file, what));
        }
        try {
            return new Playhead(name(), times, this.repeats);
        } catch (IllegalArgumentException ex) {
            throw new IOException(ex.getMessage(), ex);
        }
    }

    private String name() {
        return this.file.toString();
    }
}
