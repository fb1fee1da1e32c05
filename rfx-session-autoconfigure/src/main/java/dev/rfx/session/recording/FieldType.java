package dev.rfx.session.recording;

/** The type of the numbers of a {@link Field}. */
enum FieldType {
    FLOAT32("float32", Float.BYTES),
    FLOAT64("float64", Double.BYTES),
    INT64("int64", Long.BYTES),
    BOOL("bool", 1),
    TEXT("string", Character.BYTES);

    private final String label;
    private final int bytes;

    FieldType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    String label() {
        return this.label;
    }

    /** {@return the size of one number, or of one character of a text} */
    int bytes() {
        return this.bytes;
    }

    static FieldType of(String label) {
        for (FieldType type : values()) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        throw new IllegalArgumentException("Unknown type of a field: " + label);
    }
}
