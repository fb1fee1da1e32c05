package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * What follows a failed run.
 *
 * @param restart the restart, or null if there is no further one
 * @param report reports it to the listeners, and lets a restart begin; runs when the failure is in
 *     the queue of the events thread
 */
record RestartPlan(@Nullable RestartStatus restart, Runnable report) {}
