/**
 * The core: a {@link dev.rfx.session.Session} connects a {@link dev.rfx.session.Policy} to a {@link
 * dev.rfx.session.Robot} through a fixed-rate control loop. It needs the JDK and SLF4J only and is
 * used with or without Spring.
 */
@NullMarked
package dev.rfx.session;

import org.jspecify.annotations.NullMarked;
