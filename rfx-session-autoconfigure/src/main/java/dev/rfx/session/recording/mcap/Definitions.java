package dev.rfx.session.recording.mcap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The schemas and channels of a file that is read. A file may repeat them, but not change them. */
final class Definitions {

    private final Map<Integer, McapSchema> schemas = new HashMap<>();
    private final List<McapChannel> channels = new ArrayList<>();
    private @Nullable McapChannel[] channelsById = new McapChannel[16];
    private int bytes;

    /** {@return the channels in the order of the file} */
    List<McapChannel> channels() {
        return Collections.unmodifiableList(this.channels);
    }

    /** {@return the channel with an id; null if it is not defined} */
    @Nullable McapChannel channel(int id) {
        return id < this.channelsById.length ? this.channelsById[id] : null;
    }

    /** Adds what a Schema record defines. */
    void addSchema(RecordFields fields) throws McapException {
        McapSchema schema =
                new McapSchema(
                        fields.uint16("Id"),
                        fields.string("Name"),
                        fields.string("Encoding"),
                        fields.bytes("Data"));
        // The specification wants a schema with the id 0 ignored.
        if (schema.id() != 0 && isNew(schema, this.schemas.get(schema.id()), schema.id(), fields)) {
            this.schemas.put(schema.id(), schema);
        }
    }

    /** Adds what a Channel record defines. */
    void addChannel(RecordFields fields) throws McapException {
        int id = fields.uint16("Id");
        int schemaId = fields.uint16("Schema id");
        McapSchema schema = this.schemas.get(schemaId);
        if (schemaId != 0 && schema == null) {
            throw fields.damaged(
                    "Channel %d has the schema %d, which is not defined before"
                            .formatted(id, schemaId));
        }
        McapChannel channel =
                new McapChannel(
                        id,
                        schema,
                        fields.string("Topic"),
                        fields.string("Message encoding"),
                        fields.map("Metadata"));
        if (isNew(channel, channel(id), id, fields)) {
            if (id >= this.channelsById.length) {
                int doubled = 2 * this.channelsById.length;
                this.channelsById = Arrays.copyOf(this.channelsById, Math.max(id + 1, doubled));
            }
            this.channelsById[id] = channel;
            this.channels.add(channel);
        }
    }

    private boolean isNew(Object definition, @Nullable Object first, int id, RecordFields fields)
            throws McapException {
        if (definition.equals(first)) {
            return false;
        }
        if (first != null) {
            throw fields.damaged("Id %d is defined twice, differently".formatted(id));
        }
        if (fields.length() > McapReader.MAX_DEFINITION_BYTES - this.bytes) {
            throw fields.damaged(
                    "Schemas and channels have more than %d bytes"
                            .formatted(McapReader.MAX_DEFINITION_BYTES));
        }
        this.bytes += fields.length();
        return true;
    }
}
