package dev.rfx.session.recording;

import java.io.IOException;
import java.nio.file.Path;

/** Makes the objects of a file that its recorder has seen. */
final class ValueDecoder {

    private final Path file;
    private final Codecs codecs;

    ValueDecoder(Path file, Codecs codecs) {
        this.file = file;
        this.codecs = codecs;
    }

    /** {@return a recorded value as the object that it was} */
    Object decode(RecordedValue value) throws IOException {
        String name = value.layout().type();
        Codec<?> codec = this.codecs.find(type(name));
        if (codec == null) {
            throw new IOException(
                    "%s has a %s, which needs a codec: see Replay.withCodec"
                            .formatted(this.file, name));
        }
        try {
            return codec.read(value);
        } catch (RuntimeException ex) {
            throw new IOException(
                    "%s has a %s that cannot be read: %s"
                            .formatted(this.file, name, ex.getMessage()),
                    ex);
        }
    }

    /**
     * {@return a recorded value as an object of a type}
     *
     * @param what what the value is, in the plural
     */
    <T> T decode(RecordedValue value, Class<T> type, String what) throws IOException {
        Object decoded = decode(value);
        if (!type.isInstance(decoded)) {
            throw new IOException(
                    "%s has %s of type %s, not %s"
                            .formatted(
                                    this.file, what, decoded.getClass().getName(), type.getName()));
        }
        return type.cast(decoded);
    }

    /** A file must not run code: the class is not initialized before its codec is known. */
    private Class<?> type(String name) throws IOException {
        try {
            return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException | LinkageError ex) {
            throw new IOException(
                    "%s has a %s, which is not on the class path".formatted(this.file, name), ex);
        }
    }
}
