/**
 * Application events in the life of a {@link dev.rfx.session.Session} bean. Start with {@link
 * dev.rfx.session.event.SessionEvent}.
 */
@NullMarked
package dev.rfx.session.event;

import org.jspecify.annotations.NullMarked;
