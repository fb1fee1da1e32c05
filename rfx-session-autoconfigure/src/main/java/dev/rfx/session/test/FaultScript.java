package dev.rfx.session.test;

import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.SessionPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts the faults of one session around its robot and its policy. */
final class FaultScript {

    static final Duration FOR_EVER = Duration.ofDays(100_000);

    private final VirtualClock clock;
    private final List<Active> faults = new ArrayList<>();
    private long iteration = -1;
    private long resets;
    private long stops;

    FaultScript(VirtualClock clock) {
        this.clock = clock;
    }

    void add(Fault... faults) {
        for (Fault fault : faults) {
            this.faults.add(new Active(fault, fault.change()));
        }
    }

    /** Throws what the compiler has not checked. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> Exception sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private void before(SessionPhase phase, long count) throws Exception {
        for (Active active : this.faults) {
            if (active.isIn(phase, count)) {
                active.fault.before(this.clock);
            }
        }
    }

    private <T> T after(SessionPhase phase, T result) {
        Object changed = result;
        for (Active active : this.faults) {
            if (active.isIn(phase, this.iteration)) {
                changed = active.change.apply(changed);
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

    /** A fault of one session, with what it keeps from call to call. */
    private record Active(Fault fault, UnaryOperator<@Nullable Object> change) {

        boolean isIn(SessionPhase phase, long count) {
            return this.fault.phase() == phase && this.fault.isIn(count);
        }
    }

    private final class FaultyRobot<O, A> extends RobotDecorator<O, A> {

        FaultyRobot(Robot<O, A> robot) {
            super(robot);
        }

        /** A call that a fault delays does not reach a robot that was stopped meanwhile. */
        private void beforeCall(SessionPhase phase, long count) throws Exception {
            long stops = FaultScript.this.stops;
            before(phase, count);
            if (stops != FaultScript.this.stops) {
                throw new InterruptedException("The robot was stopped before this call");
            }
        }

        @Override
        public O observe() throws Exception {
            FaultScript.this.iteration++;
            beforeCall(SessionPhase.OBSERVE, FaultScript.this.iteration);
            return after(SessionPhase.OBSERVE, super.observe());
        }

        @Override
        public void act(A action) throws Exception {
            beforeCall(SessionPhase.ACT, FaultScript.this.iteration);
            super.act(action);
        }

        @Override
        public O reset() throws Exception {
            beforeCall(SessionPhase.RESET, FaultScript.this.resets++);
            return super.reset();
        }

        @Override
        public void stop() throws Exception {
            before(SessionPhase.STOP, FaultScript.this.stops++);
            super.stop();
        }
    }

    private final class FaultyPolicy<O, A> extends PolicyDecorator<O, A> {

        FaultyPolicy(Policy<? super O, ? extends A> policy) {
            super(policy);
        }

        @Override
        public A selectAction(O observation) throws Exception {
            before(SessionPhase.POLICY, FaultScript.this.iteration);
            return after(SessionPhase.POLICY, super.selectAction(observation));
        }
    }
}
