@NullMarked
package dev.rfx.session.support;

import org.jspecify.annotations.NullMarked;
