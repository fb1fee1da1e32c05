package dev.rfx.session.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A test with many random cases, or one that takes long. A build runs some of the cases, or a
 * shorter test; one that has no shorter form is {@link Only}. With {@code -Pcampaigns} only
 * campaigns run, each in full.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Tag("campaign")
public @interface Campaign {

    /** A campaign without a shorter form: a build skips it. */
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    @Tag("campaign")
    @EnabledIfSystemProperty(
            named = "campaigns",
            matches = "true",
            disabledReason = "Takes long: mvn verify -Pcampaigns")
    @interface Only {}

    /** How many cases a campaign tries, or how long it takes. */
    final class Rounds {

        private static final boolean FULL = Boolean.getBoolean("campaigns");

        private Rounds() {}

        /** Returns the first number with {@code -Pcampaigns}, else the second. */
        public static int of(int inFull, int inABuild) {
            return FULL ? inFull : inABuild;
        }
    }
}
