package dev.rfx.session.testkit;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/**
 * Takes from a thread what lets root open every file, so that permissions can be tested by whoever
 * runs the tests. Linux has capabilities for each thread; those that it starts inherit them.
 */
public final class FileAccess {

    private static final int VERSION_3 = 0x20080522;
    private static final int DAC_OVERRIDE = 1 << 1;
    private static final int DAC_READ_SEARCH = 1 << 2;

    static {
        Native.register(FileAccess.class, Platform.C_LIBRARY_NAME);
    }

    private FileAccess() {}

    /** Runs something that is denied what permissions deny. */
    public static void withoutPrivileges(Runnable task) {
        int[] before = get();
        int[] fewer = before.clone();
        fewer[0] &= ~(DAC_OVERRIDE | DAC_READ_SEARCH); // effective; they remain permitted
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

    /** For the thread that calls. */
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
