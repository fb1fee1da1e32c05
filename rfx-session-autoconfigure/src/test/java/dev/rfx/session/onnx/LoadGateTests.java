package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadGateTests {

    private final LoadGate gate = new LoadGate();

    @Test
    void nothingIsLoadedOnceTheJvmEnds() throws Exception {
        assertThat(this.gate.pass(() -> 1)).isEqualTo(1);

        this.gate.close();

        boolean[] loaded = {false};
        assertThatIllegalStateException().isThrownBy(() -> this.gate.pass(() -> loaded[0] = true));
        assertThat(loaded[0]).isFalse();
    }

    @Test
    void runtimeThatCannotAddItsHookMeansThatTheJvmEnds() {
        IllegalStateException shutdown = new IllegalStateException("Shutdown in progress");
        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                this.gate.pass(
                                        () -> {
                                            throw new ExceptionInInitializerError(shutdown);
                                        }))
                .isSameAs(shutdown);

        ExceptionInInitializerError other = new ExceptionInInitializerError(new IOException());
        assertThatExceptionOfType(ExceptionInInitializerError.class)
                .isThrownBy(
                        () ->
                                this.gate.pass(
                                        () -> {
                                            throw other;
                                        }))
                .isSameAs(other);
    }

    @Test
    void endOfTheJvmWaitsForTheModelThatIsBeingLoaded() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread loader =
                new Thread(
                        () -> {
                            try {
                                this.gate.pass(
                                        () -> {
                                            loading.countDown();
                                            goOn.await();
                                            return 1;
                                        });
                            } catch (Exception ex) {
                                throw new AssertionError(ex);
                            }
                        });
        loader.start();
        loading.await();
        Thread hook = new Thread(this.gate::close);
        hook.start();
        while (hook.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(loader.isAlive()).isTrue();

        goOn.countDown();

        hook.join();
        loader.join();
    }
}
