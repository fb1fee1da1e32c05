@NullMarked
package dev.rfx.session.sample.live;

import org.jspecify.annotations.NullMarked;
