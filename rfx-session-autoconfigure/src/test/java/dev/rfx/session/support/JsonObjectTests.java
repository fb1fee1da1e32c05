package dev.rfx.session.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.testkit.Campaign;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTests {

    private static final String VALID =
            "{\"a\": {\"b\": [1, [-2.5e-8, \"x\"], {}], \"c\": null}, \"d\\u00e9\\n\": true}";

    @Test
    void objectsListsAndTextsAreReadInTheirOrder() {
        Map<String, Object> object = JsonObject.parse(VALID);

        assertThat(object)
                .containsExactly(
                        Map.entry(
                                "a",
                                Map.of(
                                        "b",
                                        List.of("1", List.of("-2.5e-8", "x"), Map.of()),
                                        "c",
                                        "null")),
                        Map.entry("dé\n", "true"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"a\"}",
                "{\"a\": }",
                "{\"a\": 1,}",
                "{\"a\": [1}",
                "{\"a\": {\"b\": 1}",
                "{\"a\": 1} 2",
                "{\"a\": \"\\x\"}",
                "{\"a\": \"\\u12\"}",
                "{\"a\": 1, \"a\": 2}"
            })
    void textThatIsNoObjectIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonObject.parse(text));
    }

    @Test
    void depthIsLimited() {
        String deep = "{\"a\": " + "[".repeat(32) + "]".repeat(32) + "}";
        String tooDeep = "{\"a\": " + "[".repeat(33) + "]".repeat(33) + "}";
        String endless = "{\"a\": " + "[{\"a\":".repeat(100_000);

        assertThat(JsonObject.parse(deep)).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonObject.parse(tooDeep))
                .withMessageContaining("at most 32 levels at character 38");
        assertThatIllegalArgumentException().isThrownBy(() -> JsonObject.parse(endless));
    }

    /** Siblings are on one level. */
    @Test
    void widthIsNotLimited() {
        String wide = "{\"a\": [" + "[],".repeat(1_000) + "[]]}";

        assertThat(JsonObject.parse(wide).get("a"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(1_001);
    }

    /** The seed of a text is its number. */
    @Campaign
    @Test
    void damagedTextIsReadOrRefused() {
        for (int seed = 0; seed < Campaign.Rounds.of(1_000_000, 20_000); seed++) {
            Random random = new Random(seed);
            StringBuilder damaged = new StringBuilder(VALID);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(damaged.length());
                switch (random.nextInt(3)) {
                    case 0 -> damaged.setCharAt(at, VALID.charAt(random.nextInt(VALID.length())));
                    case 1 -> damaged.deleteCharAt(at);
                    default -> damaged.insert(at, (char) random.nextInt(128));
                }
            }
            try {
                assertThat(JsonObject.parse(damaged.toString())).isNotNull();
            } catch (IllegalArgumentException ex) {
                assertThat(ex).as("seed %d", seed).hasMessageContaining("Expected ");
            }
        }
    }
}
