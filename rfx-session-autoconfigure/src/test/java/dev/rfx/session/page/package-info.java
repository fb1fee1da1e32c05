@NullMarked
package dev.rfx.session.page;

import org.jspecify.annotations.NullMarked;
