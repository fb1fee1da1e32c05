package dev.rfx.session.so101;

/**
 * A goal position that a servo was given.
 *
 * @param nanoTime when
 * @param joint the joint of the servo
 * @param steps the goal
 */
public record GoalWrite(long nanoTime, Joint joint, int steps) {}
