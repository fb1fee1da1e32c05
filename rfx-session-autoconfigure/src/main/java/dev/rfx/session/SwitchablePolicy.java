package dev.rfx.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A policy that hands over from one of several policies to another within a run, such as from
 * standing to walking. The policy that takes over is reset, and the session ramps from the last
 * command to its actions: see {@link EngageOptions}.
 *
 * <pre>{@code
 * SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(stand, walk);
 * Session session = new Session(robot, policy);
 * session.start();
 * policy.switchTo(walk);
 * }</pre>
 *
 * <p>All policies get ready before each run. The first one begins; a further run begins with the
 * policy of the last one. This class closes none of them.
 *
 * <p><b>Threading.</b> Any thread may call {@link #switchTo} and {@link #selected}.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 * @since 0.1
 */
public final class SwitchablePolicy<O, A> implements Policy<O, A> {

    private final List<Policy<? super O, ? extends A>> policies;
    private volatile Policy<? super O, ? extends A> selected;

    // Confined to the control thread.
    private Policy<? super O, ? extends A> current;
    private int takeovers;

    /**
     * Creates a policy.
     *
     * @param policies the policies, at least one; the first one begins
     * @throws IllegalArgumentException if there is none
     */
    @SafeVarargs
    public SwitchablePolicy(Policy<? super O, ? extends A>... policies) {
        if (policies.length == 0) {
            throw new IllegalArgumentException("There is no policy to begin with");
        }
        List<Policy<? super O, ? extends A>> copy = new ArrayList<>();
        for (Policy<? super O, ? extends A> policy : policies) {
            copy.add(policy);
        }
        this.policies = List.copyOf(copy);
        this.selected = this.policies.get(0);
        this.current = this.selected;
    }

    /**
     * Lets another policy take over with the next iteration, or with the next run. Returns at once.
     * Does nothing if it is selected already.
     *
     * @param policy one of the policies
     * @throws IllegalArgumentException if it is none of them: it is not ready
     */
    public void switchTo(Policy<? super O, ? extends A> policy) {
        Objects.requireNonNull(policy, "policy");
        if (this.policies.stream().noneMatch(known -> known == policy)) {
            throw new IllegalArgumentException(
                    "The policy %s is none of those of this SwitchablePolicy: %s"
                            .formatted(policy, this.policies));
        }
        this.selected = policy;
    }

    /** {@return the policy that selects the next action} */
    public Policy<? super O, ? extends A> selected() {
        return this.selected;
    }

    @Override
    public A selectAction(O observation) throws Exception {
        Policy<? super O, ? extends A> next = this.selected;
        if (next != this.current) {
            next.reset();
            this.current = next;
            this.takeovers++;
        }
        return this.current.selectAction(observation);
    }

    @Override
    public void prepare() throws Exception {
        for (Policy<? super O, ? extends A> policy : this.policies) {
            policy.prepare();
        }
    }

    /**
     * {@return the details of all policies, because each of them may take over within the run} Each
     * name begins with the number of its policy, from 1, as in {@code 2.model}.
     */
    @Override
    public Map<String, String> details() {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < this.policies.size(); i++) {
            String prefix = i + 1 + ".";
            this.policies.get(i).details().forEach((name, value) -> all.put(prefix + name, value));
        }
        return all;
    }

    @Override
    public void reset() {
        this.current = this.selected;
        this.current.reset();
    }

    /** {@return the number of takeovers, also of those within one of the policies} */
    @Override
    public int takeovers() {
        int sum = this.takeovers;
        for (int i = 0; i < this.policies.size(); i++) { // allocates no iterator
            sum += this.policies.get(i).takeovers();
        }
        return sum;
    }

    /** {@return the text of the policy that selects the next action} */
    @Override
    public String toString() {
        return this.selected.toString();
    }
}
