package dev.rfx.session.so101;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads LeRobot's calibration file: a JSON object of six joints, each an object of five integers.
 *
 * <p>The starter brings no JSON library. This class reads the part of JSON that the file needs, so
 * that every error message has its line, and rejects what lenient parsers accept, such as a name
 * that occurs twice.
 */
final class CalibrationReader {

    private static final String ID = "id";
    private static final String DRIVE_MODE = "drive_mode";
    private static final String HOMING_OFFSET = "homing_offset";
    private static final String RANGE_MIN = "range_min";
    private static final String RANGE_MAX = "range_max";
    private static final List<String> FIELDS =
            List.of(ID, DRIVE_MODE, HOMING_OFFSET, RANGE_MIN, RANGE_MAX);

    /** Result of {@link #peek()} after the last character; JSON has no such character. */
    private static final char END = '\0';

    private static final Pattern SPACE = Pattern.compile("[ \t\r\n]*");
    private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\\\p{Cntrl}]|\\\\.)*+)\"");

    /** A whole scalar, so that 1.5 is one value and not 1 and a rest. */
    private static final Pattern SCALAR = Pattern.compile("[^\\s,:{}\\[\\]]+");

    /** Up to nine digits, which always fit an int. Valid values have four at most. */
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,8})");

    private final Path file;
    private final String text;
    private int position;

    private CalibrationReader(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    static Calibration read(Path file) {
        try {
            return new CalibrationReader(file, Files.readString(file)).calibration();
        } catch (IOException ex) {
            throw CalibrationException.unreadable(file, ex);
        }
    }

    private Calibration calibration() {
        Map<Joint, JointCalibration> joints = new EnumMap<>(Joint.class);
        object(name -> joint(name, joints));
        if (peek() != END) {
            throw malformed("expected the end of the file");
        }
        for (Joint joint : Joint.values()) {
            if (!joints.containsKey(joint)) {
                throw invalid(joint.motorName() + " is missing");
            }
        }
        return new Calibration(this.file, joints);
    }

    private void joint(String name, Map<Joint, JointCalibration> joints) {
        if (peek() == '[') {
            throw CalibrationException.legacyFormat(this.file);
        }
        Joint joint = jointNamed(name);
        Map<String, Integer> fields = new HashMap<>();
        object(field -> field(field, joint, fields));
        for (String field : FIELDS) {
            if (!fields.containsKey(field)) {
                throw invalid(name + " has no " + field);
            }
        }
        if (joints.put(joint, jointCalibration(joint, fields)) != null) {
            throw invalid(name + " occurs twice");
        }
    }

    private Joint jointNamed(String name) {
        for (Joint joint : Joint.values()) {
            if (joint.motorName().equals(name)) {
                return joint;
            }
        }
        throw invalid("'" + name + "' is not a joint of an SO-101");
    }

    private void field(String name, Joint joint, Map<String, Integer> fields) {
        if (!FIELDS.contains(name)) {
            throw invalid(joint.motorName() + " has an unknown '" + name + "'");
        }
        if (fields.put(name, integer()) != null) {
            throw invalid(joint.motorName() + " has " + name + " twice");
        }
    }

    private JointCalibration jointCalibration(Joint joint, Map<String, Integer> fields) {
        if (fields.get(ID) != joint.id()) {
            throw invalid(
                    "%s has id %d, but in an SO-101 it is id %d"
                            .formatted(joint.motorName(), fields.get(ID), joint.id()));
        }
        int driveMode = fields.get(DRIVE_MODE);
        if (driveMode != 0 && driveMode != 1) {
            throw invalid("%s: drive_mode is %d, but must be 0 or 1".formatted(joint, driveMode));
        }
        try {
            return new JointCalibration(
                    joint,
                    driveMode == 1,
                    fields.get(HOMING_OFFSET),
                    fields.get(RANGE_MIN),
                    fields.get(RANGE_MAX));
        } catch (IllegalArgumentException ex) {
            throw invalid(joint + ": " + ex.getMessage());
        }
    }

    /** Reads an object. The consumer receives the name of each member and reads its value. */
    private void object(Consumer<String> member) {
        expect('{');
        if (peek() != '}') {
            member(member);
            while (peek() == ',') {
                this.position++;
                member(member);
            }
        }
        expect('}');
    }

    private void member(Consumer<String> member) {
        String name = string();
        expect(':');
        member.accept(name);
    }

    /** Reads a string without decoding escapes: no known name has any. */
    private String string() {
        skipSpace();
        Matcher matcher = match(STRING);
        if (!matcher.lookingAt()) {
            throw malformed("expected a name in quotes");
        }
        this.position = matcher.end();
        return matcher.group(1);
    }

    private int integer() {
        skipSpace();
        Matcher matcher = match(SCALAR);
        if (!matcher.lookingAt() || !INTEGER.matcher(matcher.group()).matches()) {
            throw malformed("expected an integer");
        }
        this.position = matcher.end();
        return Integer.parseInt(matcher.group());
    }

    private void expect(char expected) {
        if (peek() != expected) {
            throw malformed("expected '" + expected + "'");
        }
        this.position++;
    }

    /** {@return the next character that is not white space, without consuming it} */
    private char peek() {
        skipSpace();
        return this.position < this.text.length() ? this.text.charAt(this.position) : END;
    }

    private void skipSpace() {
        Matcher space = match(SPACE);
        if (space.lookingAt()) {
            this.position = space.end();
        }
    }

    private Matcher match(Pattern pattern) {
        return pattern.matcher(this.text).region(this.position, this.text.length());
    }

    private CalibrationException invalid(String problem) {
        return CalibrationException.invalid(this.file, problem);
    }

    private CalibrationException malformed(String problem) {
        String found =
                this.position < this.text.length()
                        ? "found '" + this.text.charAt(this.position) + "'"
                        : "the file ends";
        return CalibrationException.malformed(
                this.file, "line " + line() + ": " + problem + ", but " + found);
    }

    private long line() {
        return 1 + this.text.substring(0, this.position).chars().filter(c -> c == '\n').count();
    }
}
