package dev.rfx.session.autoconfigure;

import dev.rfx.session.SessionOptions;

/**
 * Changes the options that the properties of a session give. A bean of this type applies to all
 * sessions whose options come from the starter. With a qualifier, it applies to the session of that
 * name. Several apply in their {@link org.springframework.core.annotation.Order order}.
 *
 * <p>A safety property is never overridden: the application does not start if a customizer changes
 * an option whose property is set.
 *
 * @since 0.1
 * @see SessionFactory
 */
@FunctionalInterface
public interface SessionOptionsCustomizer {

    /**
     * Called before a session is created, and for whatever else needs its options: more than once.
     *
     * @param options the options with the properties of the session
     * @return the options to use
     */
    SessionOptions customize(SessionOptions options);
}
