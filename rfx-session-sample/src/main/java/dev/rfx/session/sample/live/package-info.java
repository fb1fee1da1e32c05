/**
 * The live page. {@code LiveFeed} samples the sessions five times per second, and {@code Viewers}
 * sends the samples as server-sent events. Start with {@code LiveConfiguration}.
 */
@NullMarked
package dev.rfx.session.sample.live;

import org.jspecify.annotations.NullMarked;
