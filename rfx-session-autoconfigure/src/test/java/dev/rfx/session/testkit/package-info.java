/** What tests of all modules use. */
@NullMarked
package dev.rfx.session.testkit;

import org.jspecify.annotations.NullMarked;
