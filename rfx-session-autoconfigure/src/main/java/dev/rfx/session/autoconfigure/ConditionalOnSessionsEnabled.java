package dev.rfx.session.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/**
 * Matches unless {@code rfx.session.enabled} is false. In an application that was processed ahead
 * of time, {@link DisabledSessions} applies it to the properties at run time.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ConditionalOnBooleanProperty(name = ConditionalOnSessionsEnabled.PROPERTY, matchIfMissing = true)
@interface ConditionalOnSessionsEnabled {

    String PROPERTY = "rfx.session.enabled";
}
