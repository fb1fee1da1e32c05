package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.mock.env.MockEnvironment;

/** Every property may be set for one session, and is inherited otherwise. */
class SessionPropertiesTests {

    /** At least one of them is a value of each property, and not its default. */
    private static final List<String> VALUES =
            List.of(
                    "7",
                    "7s",
                    "7MB",
                    "true",
                    "false",
                    "fifo",
                    "report",
                    "fail",
                    "continue",
                    "stop",
                    "velocity",
                    "cos-sin",
                    "time-major",
                    "interpolate",
                    "degrees",
                    "torque-off",
                    "load");

    private static final String COMMON = "rfx.session.";
    private static final String LEFT = "rfx.session.sessions.left.";

    static Stream<String> properties() {
        PropertyNames names = new PropertyNames();
        return Stream.concat(names.all().stream(), names.ofElements().stream())
                .filter(name -> !PropertyNames.isOfApplication(name))
                .filter(name -> !names.ofElements().stream().anyMatch(isIn(name)))
                .map(name -> isMap(name, names) ? name + ".key" : name.toString())
                .map(name -> name.substring(COMMON.length()));
    }

    private static boolean isMap(ConfigurationPropertyName name, PropertyNames names) {
        return names.contains(ConfigurationPropertyName.of(name + ".key"));
    }

    private static Predicate<ConfigurationPropertyName> isIn(ConfigurationPropertyName list) {
        return list.append("[0]")::isAncestorOf;
    }

    @ParameterizedTest
    @MethodSource("properties")
    void propertyIsOfOneSessionOrInherited(String property) {
        Object defaults = common(Map.of());
        String value =
                VALUES.stream()
                        .filter(text -> isOther(defaults, Map.of(COMMON + property, text)))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no value of " + property));
        Object expected = common(Map.of(COMMON + property, value));

        assertThat(left(Map.of(LEFT + property, value))).isEqualTo(expected);
        // A value that is replaced is not even converted.
        assertThat(left(Map.of(LEFT + property, value, COMMON + property, "?")))
                .isEqualTo(expected);
        assertThat(left(Map.of(COMMON + property, value)))
                .isEqualTo(
                        ConfiguredSession.NOT_INHERITED.contains(property) ? defaults : expected);
    }

    private static boolean isOther(Object defaults, Map<String, String> properties) {
        try {
            return !common(properties).equals(defaults);
        } catch (BindException ex) {
            return false; // of another type
        }
    }

    private static Object common(Map<String, String> properties) {
        return values(ConfiguredSession.common(environment(properties)));
    }

    private static Object left(Map<String, String> properties) {
        ConfigurationPropertyName group = ConfiguredSessions.GROUP.append("left");
        return values(ConfiguredSession.named("left", group, environment(properties)));
    }

    private static Object values(ConfiguredSession session) {
        return List.of(session.properties(), session.so101(), session.onnx());
    }

    private static MockEnvironment environment(Map<String, String> properties) {
        MockEnvironment environment = new MockEnvironment();
        properties.forEach(environment::setProperty);
        return environment;
    }
}
