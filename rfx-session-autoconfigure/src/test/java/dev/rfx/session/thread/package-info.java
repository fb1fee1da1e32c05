@NullMarked
package dev.rfx.session.thread;

import org.jspecify.annotations.NullMarked;
