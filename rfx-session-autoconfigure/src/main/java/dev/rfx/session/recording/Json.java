package dev.rfx.session.recording;

/** Writes JSON. The starter brings no JSON library. */
final class Json {

    private static final String HEX = "0123456789abcdef";

    private Json() {}

    static void appendString(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                json.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    json.append(HEX.charAt(c >> shift & 0xF));
                }
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    /** Appends a number so that reading it as float gives it back. NaN and infinity are texts. */
    static void appendNumber(StringBuilder json, float value) {
        if (Float.isFinite(value)) {
            json.append(value);
        } else {
            json.append('"').append(value).append('"');
        }
    }

    /** As for float. */
    static void appendNumber(StringBuilder json, double value) {
        if (Double.isFinite(value)) {
            json.append(value);
        } else {
            json.append('"').append(value).append('"');
        }
    }
}
