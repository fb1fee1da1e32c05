@NullMarked
package dev.rfx.session.autoconfigure;

import org.jspecify.annotations.NullMarked;
