/** How precise the loop is, and what it costs, measured together with other loops. */
@NullMarked
package dev.rfx.session.benchmark;

import org.jspecify.annotations.NullMarked;
