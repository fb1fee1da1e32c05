@NullMarked
package dev.rfx.session.recording.mcap;

import org.jspecify.annotations.NullMarked;
