/** Health and the {@code rfxsession} endpoint: what an operator sees of a session, and can do. */
@NullMarked
package dev.rfx.session.actuate;

import org.jspecify.annotations.NullMarked;
