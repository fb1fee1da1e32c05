@NullMarked
package dev.rfx.session.metrics;

import org.jspecify.annotations.NullMarked;
