package dev.rfx.session.test;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.SessionPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Puts the faults of one session around its robot and its policy. */
final class FaultScript {

    static final Duration FOR_EVER = Duration.ofDays(100_000);

    private final VirtualClock clock;
    private final List<Fault> faults = new ArrayList<>();
    private long iteration = -1;
    private long resets;
    private long stops;

    FaultScript(VirtualClock clock) {
        this.clock = clock;
    }

    void add(Fault... faults) {
        this.faults.addAll(List.of(faults));
    }

    /** Throws what the compiler has not checked. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> Exception sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private void before(SessionPhase phase, long count) throws Exception {
        for (Fault fault : this.faults) {
            if (fault.phase() == phase && fault.isIn(count)) {
                fault.before(this.clock);
            }
        }
    }

    private <T> T after(SessionPhase phase, T result) {
        Object changed = result;
        for (Fault fault : this.faults) {
            if (fault.phase() == phase && fault.isIn(this.iteration)) {
                changed = fault.after(changed);
            }
        }
        @SuppressWarnings("unchecked") // null and wrong types are what a fault is for
        T damaged = (T) changed;
        return damaged;
    }

    <O, A> Robot<O, A> around(Robot<O, A> robot) {
        return new FaultyRobot<>(robot);
    }

    <O, A> Policy<O, A> around(Policy<? super O, ? extends A> policy) {
        return new FaultyPolicy<>(policy);
    }

    private final class FaultyRobot<O, A> extends RobotDecorator<O, A> {

        FaultyRobot(Robot<O, A> robot) {
            super(robot);
        }

        @Override
        public O observe() throws Exception {
            FaultScript.this.iteration++;
            before(SessionPhase.OBSERVE, FaultScript.this.iteration);
            return after(SessionPhase.OBSERVE, super.observe());
        }

        @Override
        public void act(A action) throws Exception {
            before(SessionPhase.ACT, FaultScript.this.iteration);
            super.act(action);
        }

        @Override
        public O reset() throws Exception {
            before(SessionPhase.RESET, FaultScript.this.resets++);
            return super.reset();
        }

        @Override
        public void stop() throws Exception {
            before(SessionPhase.STOP, FaultScript.this.stops++);
            super.stop();
        }
    }

    private final class FaultyPolicy<O, A> implements Policy<O, A> {

        private final Policy<? super O, ? extends A> policy;

        FaultyPolicy(Policy<? super O, ? extends A> policy) {
            this.policy = policy;
        }

        @Override
        public A selectAction(O observation) throws Exception {
            before(SessionPhase.POLICY, FaultScript.this.iteration);
            return after(SessionPhase.POLICY, this.policy.selectAction(observation));
        }

        @Override
        public void reset() {
            this.policy.reset();
        }

        @Override
        public String toString() {
            return this.policy.toString();
        }
    }
}
