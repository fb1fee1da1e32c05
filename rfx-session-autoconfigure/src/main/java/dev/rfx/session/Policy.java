package dev.rfx.session;

import java.util.Map;

/**
 * Decides what a robot does next: a neural network, a controller, a script. Called on the control
 * thread only.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 * @since 0.1
 */
@FunctionalInterface
public interface Policy<O, A> {

    /**
     * Selects the action for an observation. Its duration is part of the iteration's work.
     *
     * @param observation the robot's observation in this iteration
     * @return the action to send, never null
     * @throws EndOfRunException if the policy is at its end; the run then ends without a failure
     * @throws Exception if the policy cannot select an action; the run then fails
     */
    A selectAction(O observation) throws Exception;

    /**
     * Gets ready for a run: loads a model, checks that it fits. Called on the control thread at the
     * start of every run, before the robot's reset; it may take seconds. A stop request interrupts
     * the thread. Does nothing by default.
     *
     * @throws Exception if the policy cannot run; the run then ends before the robot's reset
     */
    default void prepare() throws Exception {}

    /**
     * Describes what this policy is, such as the file of its model and the hash of that file. The
     * session shows the details in health and endpoint, and writes them to the recording. Called
     * once per run on the control thread, after {@link #prepare()} and before the robot's reset. If
     * it throws, the run ends there. Empty by default.
     *
     * @return values by name, in the order in which they are shown. If there is {@code sha256}, a
     *     replay compares it: it is the hash of the model that decides
     * @see SessionView#policyDetails()
     */
    default Map<String, String> details() {
        return Map.of();
    }

    /**
     * Forgets the state of an episode, such as action chunks or the state of a recurrent network.
     * Called at the start of every run, after the robot's reset. Does nothing by default.
     */
    default void reset() {}

    /**
     * Returns how often another policy has taken over so far. When the number differs from the one
     * after the previous action, the session ramps from the last command to the new actions: see
     * {@link EngageOptions}. Called on the control thread, after each {@link #selectAction}.
     *
     * @return a number that only grows; 0, the default, if this is one policy
     * @see SwitchablePolicy
     */
    default int takeovers() {
        return 0;
    }
}
