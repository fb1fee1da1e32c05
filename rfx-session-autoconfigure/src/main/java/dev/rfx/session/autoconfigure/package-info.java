/**
 * Brings sessions into a Spring Boot application: properties, the {@code rfxSession} bean, start
 * and stop with the application, health, endpoint, metrics, and explanations of what keeps an
 * application from starting. No other package depends on this one.
 */
@NullMarked
package dev.rfx.session.autoconfigure;

import org.jspecify.annotations.NullMarked;
