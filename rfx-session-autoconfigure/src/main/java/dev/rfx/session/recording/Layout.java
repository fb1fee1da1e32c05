package dev.rfx.session.recording;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The type of a value and its fields, in order. Immutable.
 *
 * @param type the name of the Java type
 * @param fields the fields
 */
record Layout(String type, List<Field> fields) {

    private static final String TYPE = "type";
    private static final String FIELD = "field.";

    Layout {
        fields = List.copyOf(fields);
    }

    /** {@return this as the metadata of a channel} */
    Map<String, String> toMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(TYPE, this.type);
        this.fields.forEach(field -> metadata.put(FIELD + field.name(), field.typeAndShape()));
        return metadata;
    }

    /** {@return the layout that the metadata of a channel describe} */
    static Layout of(Map<String, String> metadata) {
        List<Field> fields = new ArrayList<>();
        metadata.forEach(
                (key, value) -> {
                    if (key.startsWith(FIELD)) {
                        fields.add(Field.of(key.substring(FIELD.length()), value));
                    }
                });
        return new Layout(metadata.getOrDefault(TYPE, ""), fields);
    }

    /** {@return a JSON schema of the messages} */
    String toJsonSchema() {
        StringBuilder json = new StringBuilder(256);
        json.append("{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":");
        Json.appendString(json, this.type);
        json.append(",\"type\":\"object\",\"properties\":{");
        String separator = "";
        for (Field field : this.fields) {
            json.append(separator);
            Json.appendString(json, field.name());
            json.append(':').append(schemaOf(field));
            separator = ",";
        }
        return json.append("}}").toString();
    }

    private static String schemaOf(Field field) {
        String item =
                switch (field.type()) {
                    case TEXT -> "{\"type\":\"string\"}";
                    case BOOL -> "{\"type\":\"boolean\"}";
                    case INT64 -> "{\"type\":\"integer\"}";
                    case FLOAT32, FLOAT64 -> "{\"type\":\"number\"}";
                };
        return field.isScalar() ? item : "{\"type\":\"array\",\"items\":" + item + "}";
    }
}
