package dev.rfx.session.thread;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads what proc(5) says of the calling thread. */
final class ThreadFile {

    private ThreadFile() {}

    /**
     * {@return the lines of a file} Each byte is one character: the files contain the name of the
     * thread, which Linux may cut in the middle of a character.
     *
     * @param name its name in {@code /proc/thread-self}
     * @throws IOException if it cannot be read, as on other systems than Linux
     */
    static List<String> lines(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self", name), StandardCharsets.ISO_8859_1);
    }
}
