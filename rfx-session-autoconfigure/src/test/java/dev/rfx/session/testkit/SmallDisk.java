package dev.rfx.session.testkit;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real disk in memory of a given size. A test is skipped where the user may not mount one. */
public final class SmallDisk implements AutoCloseable {

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /**
     * Mounts a disk over a directory.
     *
     * @param size such as {@code 1m}
     */
    public static SmallDisk mount(Path directory, String size) {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=" + size, "rfx", directory.toString()))
                .as("mount -t tmpfs")
                .isZero();
        return new SmallDisk(directory);
    }

    /** Refuses all writes from now on, as the kernel does after an error of the device. */
    public void makeReadOnly() {
        assumeThat(run("mount", "-o", "remount,ro", this.directory.toString())).isZero();
    }

    /** Accepts writes again. */
    public void makeWritable() {
        assumeThat(run("mount", "-o", "remount,rw", this.directory.toString())).isZero();
    }

    /** Fills the disk with a file, which makes room again when it is deleted. */
    public Path fill() throws IOException {
        Path ballast = this.directory.resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException ex) {
            return ballast; // full
        }
    }

    @Override
    public void close() {
        run("umount", this.directory.toString());
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException ex) {
            return -1; // no such program
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
