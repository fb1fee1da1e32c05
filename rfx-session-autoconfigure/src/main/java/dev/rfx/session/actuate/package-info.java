/**
 * Health and the {@code rfxsession} endpoint. Start with {@link
 * dev.rfx.session.actuate.SessionHealthIndicator} for a detail of the health, and with {@link
 * dev.rfx.session.actuate.SessionDescriptor} for a key of the endpoint.
 */
@NullMarked
package dev.rfx.session.actuate;

import org.jspecify.annotations.NullMarked;
