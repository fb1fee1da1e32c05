/** What a {@link dev.rfx.session.Session} in an application context tells the application. */
@NullMarked
package dev.rfx.session.event;

import org.jspecify.annotations.NullMarked;
