package dev.rfx.session;

/**
 * What the engage guard does with the actions of the current or last run.
 *
 * @see EngageOptions
 * @since 0.1
 */
public enum EngageState {
    /** It is disabled: actions are sent as the policy selects them. */
    OFF,
    /**
     * It cannot ramp: {@link Robot#positions} has returned null, or the actions are no {@link
     * Tensor tensors}. Actions are sent as the policy selects them.
     */
    UNAVAILABLE,
    /** No action of the run has been sent yet. */
    READY,
    /** The commands ramp to the actions of the policy. */
    ENGAGING,
    /** The ramp has ended: actions are sent as the policy selects them. */
    ENGAGED
}
