package dev.rfx.session.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches if a property of type boolean is true, and while the application is processed ahead of
 * time. Conditions are evaluated at build time then. At run time {@link SwitchedOffBeans} removes
 * the beans of the configuration if the property is false, so that the property of the run decides.
 */
@Target({ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSwitch.class)
@interface ConditionalOnSwitch {

    /** Name of the property. */
    String value();

    /** Whether the condition matches if the property is not set. */
    boolean matchIfMissing();
}
