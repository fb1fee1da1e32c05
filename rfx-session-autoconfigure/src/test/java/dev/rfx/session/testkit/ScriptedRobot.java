package dev.rfx.session.testkit;

import dev.rfx.session.Robot;
import java.util.concurrent.atomic.AtomicInteger;

/** A robot that does what a test tells it to, and counts its calls. */
public final class ScriptedRobot implements Robot<String, String> {

    /** A piece of a script. */
    @FunctionalInterface
    public interface Step {
        /** Does it. */
        void run() throws Throwable;
    }

    private static final Step NOTHING = () -> {};

    /** Calls so far. */
    public final AtomicInteger resets = new AtomicInteger();

    /** Calls so far. */
    public final AtomicInteger observes = new AtomicInteger();

    /** Calls so far. */
    public final AtomicInteger acts = new AtomicInteger();

    /** Calls so far. */
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

    /** All calls so far. */
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
