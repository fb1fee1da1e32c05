@NullMarked
package dev.rfx.session.robot;

import org.jspecify.annotations.NullMarked;
