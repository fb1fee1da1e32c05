package dev.rfx.session.testkit;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/**
 * Takes the capabilities of root from a thread, so that permissions can be tested by root as well.
 * Linux has capabilities for each thread; the threads that it starts inherit them.
 */
public final class Privileges {

    private static final int VERSION_3 = 0x20080522;

    static {
        Native.register(Privileges.class, Platform.C_LIBRARY_NAME);
    }

    private Privileges() {}

    /** Runs a task without the capabilities of root. */
    public static void drop(Runnable task) {
        int[] before = get();
        int[] fewer = before.clone();
        fewer[0] = 0; // effective; they remain permitted
        fewer[3] = 0;
        set(fewer);
        try {
            task.run();
        } finally {
            set(before);
        }
    }

    private static int[] get() {
        int[] capabilities = new int[6];
        check(capget(header(), capabilities));
        return capabilities;
    }

    private static void set(int[] capabilities) {
        check(capset(header(), capabilities));
    }

    /** The header for the calling thread. */
    private static int[] header() {
        return new int[] {VERSION_3, 0};
    }

    private static void check(int result) {
        if (result != 0) {
            throw new IllegalStateException("errno " + Native.getLastError());
        }
    }

    private static native int capget(int[] header, int[] capabilities);

    private static native int capset(int[] header, int[] capabilities);
}
