package dev.rfx.session.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a JSON object. The starter brings no JSON library. Numbers, truth values and null stay
 * texts, so that each reads them as its own type and no digit is lost.
 *
 * <p>Internal to {@code dev.rfx.session} and the packages below it.
 */
public final class JsonObject {

    private static final String SPACE = " \t\r\n";

    /** What ends a number or a truth value. */
    private static final String END_OF_LITERAL = ",]} \t\r\n";

    /** Deeper text would be no valid input, but could exhaust the stack. */
    private static final int MAX_DEPTH = 32;

    private final String text;
    private int position;
    private int depth;

    private JsonObject(String text) {
        this.text = text;
    }

    /**
     * {@return the members in their order} A value is a {@code Map<String, Object>}, a {@code
     * List<Object>} or a {@code String}.
     *
     * @param text the JSON
     * @throws IllegalArgumentException if the text is no JSON object, has a name twice in an
     *     object, or is nested too deeply
     */
    public static Map<String, Object> parse(String text) {
        JsonObject json = new JsonObject(text);
        Map<String, Object> members = json.members();
        if (json.peek() != 0) {
            throw json.malformed("the end");
        }
        return members;
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        if (peek() == '}') {
            this.position++;
            return members;
        }
        do {
            String name = string();
            expect(':');
            if (members.put(name, value()) != null) {
                throw malformed("another name than '" + name + "'");
            }
        } while (isNext(','));
        expect('}');
        return members;
    }

    private Object value() {
        char first = peek();
        if (first != '{' && first != '[') {
            return scalar();
        }
        if (++this.depth > MAX_DEPTH) {
            throw malformed("at most " + MAX_DEPTH + " levels");
        }
        Object value = first == '{' ? members() : list();
        this.depth--;
        return value;
    }

    private List<Object> list() {
        List<Object> values = new ArrayList<>();
        expect('[');
        if (isNext(']')) {
            return values;
        }
        do {
            values.add(value());
        } while (isNext(','));
        expect(']');
        return values;
    }

    private String scalar() {
        if (peek() == '"') {
            return string();
        }
        int begin = this.position;
        while (this.position < this.text.length()
                && END_OF_LITERAL.indexOf(this.text.charAt(this.position)) < 0) {
            this.position++;
        }
        if (begin == this.position) {
            throw malformed("a value");
        }
        return this.text.substring(begin, this.position);
    }

    private String string() {
        expect('"');
        int end = this.text.indexOf('"', this.position);
        int escape = this.text.indexOf('\\', this.position);
        if (end >= 0 && (escape < 0 || escape > end)) {
            String plain = this.text.substring(this.position, end);
            this.position = end + 1;
            return plain;
        }
        StringBuilder decoded = new StringBuilder();
        while (this.position < this.text.length()) {
            char c = this.text.charAt(this.position++);
            if (c == '"') {
                return decoded.toString();
            }
            decoded.append(c == '\\' ? escaped() : c);
        }
        throw malformed("the end of a text");
    }

    private char escaped() {
        char c = this.position < this.text.length() ? this.text.charAt(this.position++) : 0;
        switch (c) {
            case '"', '\\', '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                this.position += 4;
                try {
                    return (char)
                            Integer.parseInt(
                                    this.text.substring(this.position - 4, this.position), 16);
                } catch (IndexOutOfBoundsException | NumberFormatException ex) {
                    throw malformed("four hexadecimal digits");
                }
            default:
                throw malformed("an escape sequence");
        }
    }

    /** {@return the next character that is no space, or 0 at the end} */
    private char peek() {
        while (this.position < this.text.length()
                && SPACE.indexOf(this.text.charAt(this.position)) >= 0) {
            this.position++;
        }
        return this.position < this.text.length() ? this.text.charAt(this.position) : 0;
    }

    private boolean isNext(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        this.position++;
        return true;
    }

    private void expect(char wanted) {
        if (!isNext(wanted)) {
            throw malformed("'" + wanted + "'");
        }
    }

    private IllegalArgumentException malformed(String expected) {
        return new IllegalArgumentException(
                "Expected %s at character %d of %s"
                        .formatted(
                                expected,
                                this.position,
                                this.text.length() > 200
                                        ? this.text.substring(0, 200) + "…"
                                        : this.text));
    }
}
