package dev.rfx.session;

import java.util.Map;

/**
 * A policy that passes every call on to another one. A subclass overrides the calls that it changes
 * or observes.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 * @since 0.1
 */
public abstract class PolicyDecorator<O, A> implements Policy<O, A> {

    private final Policy<? super O, ? extends A> policy;

    /**
     * Creates a decorator.
     *
     * @param policy receives the calls
     */
    protected PolicyDecorator(Policy<? super O, ? extends A> policy) {
        this.policy = policy;
    }

    @Override
    public A selectAction(O observation) throws Exception {
        return this.policy.selectAction(observation);
    }

    @Override
    public void prepare() throws Exception {
        this.policy.prepare();
    }

    @Override
    public Map<String, String> details() {
        return this.policy.details();
    }

    @Override
    public void reset() {
        this.policy.reset();
    }

    @Override
    public int takeovers() {
        return this.policy.takeovers();
    }

    /** {@return the text of the policy that receives the calls} */
    @Override
    public String toString() {
        return this.policy.toString();
    }
}
