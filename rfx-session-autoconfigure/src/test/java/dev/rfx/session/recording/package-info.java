@NullMarked
package dev.rfx.session.recording;

import org.jspecify.annotations.NullMarked;
