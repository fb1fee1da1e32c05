/**
 * A runnable application that drives a simulated arm or an SO-101, with a sine or with the commands
 * of a recording, and shows session, health, endpoint and metrics. One tool inspects an SO-101,
 * another one reads recordings. Start with {@link dev.rfx.session.sample.SampleApplication}.
 */
@NullMarked
package dev.rfx.session.sample;

import org.jspecify.annotations.NullMarked;
