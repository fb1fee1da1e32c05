/**
 * A runnable application that drives a simulated arm or an SO-101, with a sine or with the commands
 * of a recording, and shows what the starter offers: session, health, endpoint and metrics; and a
 * tool that looks at an SO-101. It is there to be read and run; nothing depends on it.
 */
@NullMarked
package dev.rfx.session.sample;

import org.jspecify.annotations.NullMarked;
