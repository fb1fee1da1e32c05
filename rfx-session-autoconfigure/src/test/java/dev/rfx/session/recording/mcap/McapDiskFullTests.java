package dev.rfx.session.recording.mcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.rfx.session.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real disk of 1 MiB that is full: skipped where the user may not mount one. */
class McapDiskFullTests {

    private static final byte[] DATA = new byte[10_000];

    @TempDir private Path disk;

    private SmallDisk mounted;

    @BeforeEach
    void mount() {
        this.mounted = SmallDisk.mount(this.disk, "1m");
    }

    @AfterEach
    void unmount() {
        if (this.mounted != null) {
            this.mounted.close();
        }
    }

    /** Writes and flushes messages until that fails, and returns how many were flushed. */
    private static int fill(McapWriter writer, int channel) {
        int written = 0;
        try {
            while (true) {
                writer.writeMessage(channel, written, written, written, DATA, 0, DATA.length);
                writer.flush();
                written++;
            }
        } catch (IOException ex) {
            assertThat(ex).hasMessageContaining("No space left");
            return written;
        }
    }

    @Test
    void whatWasWrittenIsReadable() throws Exception {
        Path path = this.disk.resolve("test.mcap");
        McapWriter writer = McapWriter.create(path, "", "test");
        int channel = writer.addChannel(0, "/state", "json", Map.of());

        int written = fill(writer, channel);

        assertThat(written).isGreaterThan(90);
        assertThat(Files.size(path)).isEqualTo(writer.bytesWritten());
        ReadFile open = ReadFile.of(path);
        assertThat(open.damage()).isNull();
        assertThat(open.messages()).hasSize(written);
        assertThatIOException().isThrownBy(writer::close).withMessageContaining("No space left");
        ReadFile closed = ReadFile.of(path);
        assertThat(closed.damage()).isNull();
        assertThat(closed.messages()).hasSize(written);
    }

    @Test
    void writerGoesOnWhenThereIsRoomAgain() throws Exception {
        Path other = Files.write(this.disk.resolve("other"), new byte[500_000]);
        Path path = this.disk.resolve("test.mcap");
        McapWriter writer = McapWriter.create(path, "", "test");
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        int written = fill(writer, channel);

        Files.delete(other);
        writer.flush();
        writer.close();

        ReadFile read = ReadFile.of(path);
        assertThat(read.isComplete()).isTrue();
        assertThat(read.messages()).as("with the one that did not fit").hasSize(written + 1);
    }

    @Test
    void fileThatCannotBeBegunIsNotLeftBehind() throws Exception {
        Path path = this.disk.resolve("test.mcap");
        McapWriter.create(this.disk.resolve("first.mcap"), "", "test").close();
        try {
            Files.write(this.disk.resolve("other"), new byte[2_000_000]);
        } catch (IOException ex) {
            assertThat(ex).hasMessageContaining("No space left");
        }

        assertThatIOException()
                .isThrownBy(() -> McapWriter.create(path, "", "test"))
                .withMessageContaining("No space left");

        assertThat(path).doesNotExist();
    }
}
