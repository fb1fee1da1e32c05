package dev.rfx.session.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Matches unless {@code rfx.session.enabled} is false. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ConditionalOnSwitch(value = ConditionalOnSessionsEnabled.PROPERTY, matchIfMissing = true)
@interface ConditionalOnSessionsEnabled {

    String PROPERTY = "rfx.session.enabled";
}
