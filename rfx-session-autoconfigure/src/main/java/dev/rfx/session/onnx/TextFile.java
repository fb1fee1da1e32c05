package dev.rfx.session.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small text files in UTF-8. */
final class TextFile {

    /** Far more than a configuration needs. */
    static final int MAX_BYTES = 256 * 1024;

    private TextFile() {}

    /**
     * {@return the content of a file}
     *
     * @throws ModelFileException if the file is unreadable, no UTF-8, or larger than {@link
     *     #MAX_BYTES}
     */
    static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw ModelFileException.damaged(
                        file, "it has more than " + MAX_BYTES + " bytes, too many for a text");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (IOException ex) {
            throw ModelFileException.unreadable(file, ex);
        }
    }
}
