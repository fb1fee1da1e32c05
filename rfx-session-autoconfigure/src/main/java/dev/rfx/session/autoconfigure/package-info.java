/**
 * Auto-configuration of sessions in a Spring Boot application: properties, the {@code rfxSession}
 * bean, start and stop with the application, health, endpoint, metrics, and failure analyzers. No
 * other package depends on this one. Start with {@code SessionProperties} for a property, with
 * {@link dev.rfx.session.autoconfigure.SessionAutoConfiguration} for the session bean, and with
 * {@code SessionLifecycle} for start and stop.
 */
@NullMarked
package dev.rfx.session.autoconfigure;

import org.jspecify.annotations.NullMarked;
