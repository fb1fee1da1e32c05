/**
 * The live page: what an operator sees of the sessions in a browser, and the commands that the page
 * gives. {@code LiveFeed} samples the sessions five times per second, and {@code Viewers} sends the
 * samples as server-sent events. {@link dev.rfx.session.page.ServletLivePage} and {@link
 * dev.rfx.session.page.ReactiveLivePage} connect it with Spring MVC and WebFlux. Start with {@link
 * dev.rfx.session.page.LivePage}.
 */
@NullMarked
package dev.rfx.session.page;

import org.jspecify.annotations.NullMarked;
