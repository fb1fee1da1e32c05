package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/** Asserts the message of a context that refuses the value of a property. */
final class RefusedProperty {

    private RefusedProperty() {}

    static void assertRefused(
            AssertableApplicationContext context, String property, String reason) {
        assertThat(context).hasFailed();
        assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining(property)
                .hasMessageContaining(reason);
    }
}
