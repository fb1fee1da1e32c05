package dev.rfx.session.testkit;

import dev.rfx.session.Robot;
import java.util.concurrent.atomic.AtomicInteger;

/** A robot that runs the steps of a test, and counts its calls. Any thread. */
public final class ScriptedRobot implements Robot<String, String> {

    /** A step of a script. */
    @FunctionalInterface
    public interface Step {
        /** Runs the step. */
        void run() throws Throwable;
    }

    private static final Step NOTHING = () -> {};

    /** Number of calls of reset(). */
    public final AtomicInteger resets = new AtomicInteger();

    /** Number of calls of observe(). */
    public final AtomicInteger observes = new AtomicInteger();

    /** Number of calls of act(). */
    public final AtomicInteger acts = new AtomicInteger();

    /** Number of calls of stop(). */
    public final AtomicInteger stops = new AtomicInteger();

    private volatile Step onReset = NOTHING;
    private volatile Step onObserve = NOTHING;
    private volatile Step onAct = NOTHING;
    private volatile Step onStop = NOTHING;

    public ScriptedRobot onReset(Step step) {
        this.onReset = step;
        return this;
    }

    public ScriptedRobot onObserve(Step step) {
        this.onObserve = step;
        return this;
    }

    public ScriptedRobot onAct(Step step) {
        this.onAct = step;
        return this;
    }

    public ScriptedRobot onStop(Step step) {
        this.onStop = step;
        return this;
    }

    /** {@return the number of all calls} */
    public int calls() {
        return this.resets.get() + this.observes.get() + this.acts.get() + this.stops.get();
    }

    @Override
    public String observe() throws Exception {
        this.observes.incrementAndGet();
        play(this.onObserve);
        return "observation";
    }

    @Override
    public void act(String action) throws Exception {
        this.acts.incrementAndGet();
        play(this.onAct);
    }

    @Override
    public String reset() throws Exception {
        this.resets.incrementAndGet();
        play(this.onReset);
        return "observation";
    }

    @Override
    public void stop() throws Exception {
        this.stops.incrementAndGet();
        play(this.onStop);
    }

    public static void play(Step step) throws Exception {
        try {
            step.run();
        } catch (Exception | Error ex) {
            throw ex;
        } catch (Throwable ex) {
            throw new AssertionError(ex);
        }
    }
}
