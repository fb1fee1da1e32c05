/** Robots without hardware, and what can be put around any robot. */
@NullMarked
package dev.rfx.session.robot;

import org.jspecify.annotations.NullMarked;
