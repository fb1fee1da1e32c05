package dev.rfx.session;

/**
 * Decides what a robot does next: a neural network, a controller, a script. Called on the control
 * thread only.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 */
@FunctionalInterface
public interface Policy<O, A> {

    /**
     * Selects the action for an observation. The time it takes is part of the iteration's work.
     *
     * @param observation what the robot observed in this iteration
     * @return the action to send, never null
     * @throws Exception if there is no action to send; the run then ends
     */
    A selectAction(O observation) throws Exception;

    /**
     * Forgets the state of an episode, such as action chunks or the state of a recurrent network.
     * Called at the start of every run, after the robot's reset.
     */
    default void reset() {}
}
