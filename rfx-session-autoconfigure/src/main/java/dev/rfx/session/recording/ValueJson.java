package dev.rfx.session.recording;

import java.nio.ByteBuffer;

/** Writes the fields that a {@link ValueEncoder} has copied as a JSON object. */
final class ValueJson {

    private ValueJson() {}

    static void append(StringBuilder json, Layout layout, ByteBuffer buffer, int begin) {
        int position = begin;
        json.append('{');
        for (int i = 0; i < layout.fields().size(); i++) {
            Field field = layout.fields().get(i);
            if (i > 0) {
                json.append(',');
            }
            Json.appendString(json, field.name());
            json.append(':');
            position = append(json, field, buffer, position);
        }
        json.append('}');
    }

    private static int append(StringBuilder json, Field field, ByteBuffer buffer, int begin) {
        if (field.isScalar()) {
            return appendOne(json, field.type(), buffer, begin);
        }
        int position = begin;
        json.append('[');
        for (int i = 0; i < field.count(); i++) {
            if (i > 0) {
                json.append(',');
            }
            position = appendOne(json, field.type(), buffer, position);
        }
        json.append(']');
        return position;
    }

    private static int appendOne(StringBuilder json, FieldType type, ByteBuffer buffer, int at) {
        switch (type) {
            case FLOAT32 -> Json.appendNumber(json, buffer.getFloat(at));
            case FLOAT64 -> Json.appendNumber(json, buffer.getDouble(at));
            case INT64 -> json.append(buffer.getLong(at));
            case BOOL -> json.append(buffer.get(at) != 0);
            case TEXT -> {
                int length = buffer.getInt(at);
                StringBuilder text = new StringBuilder(length);
                for (int i = 0; i < length; i++) {
                    text.append(buffer.getChar(at + Integer.BYTES + i * Character.BYTES));
                }
                Json.appendString(json, text.toString());
                return at + Integer.BYTES + length * Character.BYTES;
            }
        }
        return at + type.bytes();
    }
}
