package dev.rfx.session.recording.mcap;

import java.util.Arrays;

/**
 * The format of the messages of a channel. Internal to {@code dev.rfx.session.recording}.
 *
 * @param id its number in the file
 * @param name its name
 * @param encoding the format of the schema, such as {@code jsonschema}
 * @param data the schema; not copied
 * @since 0.1
 */
public record McapSchema(int id, String name, String encoding, byte[] data) {

    @Override
    public boolean equals(Object other) {
        return other instanceof McapSchema schema
                && this.id == schema.id
                && this.name.equals(schema.name)
                && this.encoding.equals(schema.encoding)
                && Arrays.equals(this.data, schema.data);
    }

    @Override
    public int hashCode() {
        return Integer.hashCode(this.id);
    }

    @Override
    public String toString() {
        return "schema %d (%s)".formatted(this.id, this.name);
    }
}
