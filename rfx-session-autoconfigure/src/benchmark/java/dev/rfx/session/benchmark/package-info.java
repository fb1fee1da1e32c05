/** How precise the loop is, and what it costs, measured beside other loops. */
@NullMarked
package dev.rfx.session.benchmark;

import org.jspecify.annotations.NullMarked;
