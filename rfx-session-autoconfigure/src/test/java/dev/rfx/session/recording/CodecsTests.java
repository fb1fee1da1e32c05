package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.Timestamped;
import dev.rfx.session.test.VirtualSession;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodecsTests {

    interface Shape {}

    interface Coloured {}

    interface Square extends Shape {}

    static class Tile implements Square, Coloured {}

    static class SmallTile extends Tile {}

    record Point(float x) implements Shape {}

    /** A codec that can be told from another one. */
    private record Named<T>(String name) implements Codec<T> {

        @Override
        public void write(T value, ValueWriter out) {
            out.text("codec", this.name);
        }

        @Override
        public T read(ValueReader in) {
            throw new UnsupportedOperationException();
        }
    }

    private static Codecs codecs(Class<?>... types) {
        Map<Class<?>, Codec<?>> codecs = new HashMap<>();
        for (Class<?> type : types) {
            codecs.put(type, new Named<>(type.getSimpleName()));
        }
        return new Codecs(codecs);
    }

    private static Named<?> named(Class<?> type) {
        return new Named<>(type.getSimpleName());
    }

    @Test
    void exactTypeComesFirst() {
        Codecs codecs = codecs(Object.class, Shape.class, Tile.class, SmallTile.class);

        assertThat((Object) codecs.find(Tile.class)).isEqualTo(named(Tile.class));
        assertThat((Object) codecs.find(SmallTile.class)).isEqualTo(named(SmallTile.class));
    }

    @Test
    void nearestSupertypeComesNext() {
        Codecs codecs = codecs(Object.class, Shape.class, Square.class);

        assertThat((Object) codecs.find(SmallTile.class)).isEqualTo(named(Square.class));
        assertThat((Object) codecs.find(Point.class)).isEqualTo(named(Shape.class));
        assertThat((Object) codecs.find(String.class)).isEqualTo(named(Object.class));
    }

    @Test
    void codecOfExactlyTheTypeEndsAnAmbiguity() {
        Codecs codecs = codecs(Square.class, Coloured.class, Tile.class);

        assertThat((Object) codecs.find(Tile.class)).isEqualTo(named(Tile.class));
        assertThat((Object) codecs.find(SmallTile.class)).isEqualTo(named(Tile.class));
    }

    @Test
    void ambiguityIsRefusedAndNamesBoth() {
        Codecs codecs = codecs(Object.class, Square.class, Coloured.class);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codecs.find(SmallTile.class))
                .withMessage(
                        "the codecs of %s and %s apply equally: add a codec of %s",
                        Coloured.class.getName(),
                        Square.class.getName(),
                        SmallTile.class.getName());
    }

    @Test
    void builtInCodecIsOfExactlyItsType() {
        Codecs codecs = codecs(Object.class, Timestamped.class);

        assertThat((Object) codecs.find(Observation.class)).isNotInstanceOf(Named.class);
        assertThat((Object) codecs.find(Tensor.class)).isNotInstanceOf(Named.class);
        assertThat((Object) codecs(Tensor.class).find(Tensor.class)).isEqualTo(named(Tensor.class));
    }

    @Test
    void recordNeedsNoCodecUnlessASupertypeHasOne() {
        assertThat((Object) codecs(Serializable.class).find(Point.class))
                .isInstanceOf(RecordCodec.class);
        assertThat((Object) codecs(Record.class).find(Point.class)).isEqualTo(named(Record.class));
    }

    @Test
    void otherTypesHaveNone() {
        assertThat((Object) codecs(Shape.class).find(String.class)).isNull();
    }

    @Test
    void ambiguityIsAProblemOfTheRecordingOnly(@TempDir Path directory) throws Exception {
        SessionOptions options =
                SessionOptions.defaults()
                        .withWarmup(Duration.ZERO)
                        .withRecording(
                                RecordingOptions.into(directory)
                                        .withCodec(Square.class, new Named<>("square"))
                                        .withCodec(Coloured.class, new Named<>("coloured")));
        try (VirtualSession<Tile, float[]> session =
                VirtualSession.of(new MockTileRobot(), tile -> new float[] {1}, options)) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.failure()).isNull();
            assertThat(session.session().recordingStatus().problem())
                    .startsWith(Tile.class.getName() + " is not recorded: the codecs of ")
                    .contains(Coloured.class.getName(), Square.class.getName());
        }
        Recorded file = Recorded.onlyIn(directory);
        assertThat(file.of("iteration")).hasSize(50);
        assertThat(file.of("action")).hasSize(50);
    }

    private static final class MockTileRobot implements dev.rfx.session.Robot<Tile, float[]> {

        @Override
        public Tile observe() {
            return new Tile();
        }

        @Override
        public void act(float[] action) {}

        @Override
        public Tile reset() {
            return new Tile();
        }
    }
}
