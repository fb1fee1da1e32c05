package dev.rfx.session.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both ways to the kernel of the test machine do the same. */
@EnabledOnOs(OS.LINUX)
class SystemCallsTests {

    enum Means {
        JNA,
        FOREIGN;

        Kernel kernel() {
            if (this == JNA) {
                return new Kernel(new JnaSystemCalls());
            }
            assumeTrue(
                    Runtime.version().feature() >= ForeignSystemCalls.SINCE_JDK,
                    "java.lang.foreign needs JDK 22: this is " + Runtime.version());
            return new Kernel(new ForeignSystemCalls());
        }
    }

    /** Runs a task on a new thread, because the tuning of a thread cannot be undone. */
    private static void onThread(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Thread(
                        () -> {
                            try {
                                task.run();
                                done.complete(null);
                            } catch (Throwable ex) {
                                done.completeExceptionally(ex);
                            }
                        })
                .start();
        done.join();
    }

    @ParameterizedTest
    @EnumSource
    void schedulingIsSetAndRead(Means means) {
        Kernel kernel = means.kernel();
        assumeTrue(
                kernel.getScheduling(Kernel.CALLING_THREAD).sliceNanos() > 0,
                "this kernel has no slices: Linux " + System.getProperty("os.version"));

        onThread(
                () -> {
                    assertThat(kernel.setSlice(300_000)).isZero();
                    assertThat(kernel.getScheduling(Kernel.CALLING_THREAD))
                            .isEqualTo(new Kernel.Scheduling(0, 0, 0, 300_000));
                });
    }

    @ParameterizedTest
    @EnumSource
    void processorsAreSetAndRead(Means means) {
        Kernel kernel = means.kernel();
        SortedSet<Integer> all = kernel.getAffinity(Kernel.MAIN_THREAD);
        assertThat(all).isNotEmpty();

        onThread(
                () -> {
                    assertThat(kernel.setAffinity(Set.of(all.last()))).isZero();
                    assertThat(kernel.getAffinity(Kernel.CALLING_THREAD))
                            .containsExactly(all.last());
                });
    }

    @ParameterizedTest
    @EnumSource
    void errorOfTheKernelIsReturned(Means means) {
        Kernel kernel = means.kernel();

        assertThat(kernel.setFifo(100)).isEqualTo(Kernel.INVALID);
        assertThat(kernel.setAffinity(Set.of())).isEqualTo(Kernel.INVALID);
    }
}
