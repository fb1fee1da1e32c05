/**
 * Small helpers that every other package may use: checks of option values, times in milliseconds, a
 * reader of JSON, loggers and names of threads, and the exception that carries a description and an
 * action for the operator.
 */
@NullMarked
package dev.rfx.session.support;

import org.jspecify.annotations.NullMarked;
