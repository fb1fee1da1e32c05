package dev.rfx.session.thread;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel that a test describes: it returns one scheduling, refuses to change it, and counts the
 * attempts.
 */
final class ScriptedSystemCalls implements SystemCalls {

    private static final long ADDRESS = 1;
    private static final int SIZE_OF_ATTRIBUTES = 48;
    private static final long GET_AFFINITY =
            System.getProperty("os.arch").equals("amd64") ? 204 : 123;

    private final Kernel.Scheduling scheduling;
    private final long refusal;
    private final List<ByteBuffer> memory = new ArrayList<>();
    private int attempts;

    /**
     * Creates a kernel.
     *
     * @param scheduling that of every thread
     * @param refusal what a call that changes something returns
     */
    ScriptedSystemCalls(Kernel.Scheduling scheduling, long refusal) {
        this.scheduling = scheduling;
        this.refusal = refusal;
    }

    /** The calls that could change something. */
    int attempts() {
        return this.attempts;
    }

    @Override
    public String means() {
        return "script";
    }

    @Override
    public long address(ByteBuffer memory) {
        this.memory.add(memory);
        return ADDRESS;
    }

    @Override
    public long call(long number, long first, long second, long third, long fourth) {
        boolean readsAttributes = second == ADDRESS && third == SIZE_OF_ATTRIBUTES;
        boolean readsMask = number == GET_AFFINITY;
        if (readsAttributes) {
            this.memory
                    .get(this.memory.size() - 1)
                    .putInt(4, this.scheduling.policy())
                    .putInt(16, this.scheduling.nice())
                    .putInt(20, this.scheduling.priority())
                    .putLong(24, this.scheduling.sliceNanos());
        }
        if (readsAttributes || readsMask) {
            return 0;
        }
        this.attempts++;
        return this.refusal;
    }
}
