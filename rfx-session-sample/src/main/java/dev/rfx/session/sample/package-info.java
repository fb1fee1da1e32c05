/**
 * A runnable application that drives a simulated arm, with a sine or with the commands of a
 * recording, and shows what the starter offers: session, health, endpoint and metrics. It is there
 * to be read and run; nothing depends on it.
 */
@NullMarked
package dev.rfx.session.sample;

import org.jspecify.annotations.NullMarked;
