package dev.rfx.session.thread;

import java.nio.file.Path;

/** Tunings for tests of other packages. */
public final class Tunings {

    private Tunings() {}

    /** Tunes with a file in the place of {@code /dev/cpu_dma_latency}. */
    public static ThreadTuning withLatencyDevice(ThreadOptions options, Path device) {
        return new ThreadTuning(
                options, new ThreadTuner(Kernel::ofThisJvm, DefaultSlice::obstacle, device));
    }
}
