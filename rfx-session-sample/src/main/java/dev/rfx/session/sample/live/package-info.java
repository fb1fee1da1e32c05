/**
 * The live page: what the sessions do is sampled five times a second, and sent to whoever looks, as
 * server-sent events.
 */
@NullMarked
package dev.rfx.session.sample.live;

import org.jspecify.annotations.NullMarked;
