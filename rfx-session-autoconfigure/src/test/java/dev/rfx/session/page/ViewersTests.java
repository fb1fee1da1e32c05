package dev.rfx.session.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ViewersTests {

    private final Viewers viewers = new Viewers(2);

    /** A viewer that reads when the test lets it. */
    private static final class TestConnection implements Viewers.Connection {

        private final CountDownLatch sending = new CountDownLatch(1);
        private final CountDownLatch reads = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private volatile boolean broken;

        TestConnection reading() {
            this.reads.countDown();
            return this;
        }

        @Override
        public void send(String message) throws IOException {
            this.sending.countDown();
            try {
                this.reads.await();
            } catch (InterruptedException ex) {
                throw new IOException(ex);
            }
            if (this.broken) {
                throw new IOException("gone");
            }
            this.received.add(message);
        }

        @Override
        public void close() {
            this.closed.countDown();
        }

        void awaitReceived(String message) throws InterruptedException {
            assertThat(this.received.poll(10, TimeUnit.SECONDS)).isEqualTo(message);
        }

        void awaitClosed() throws InterruptedException {
            assertThat(this.closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void everyViewerGetsAllFromHisFirstMessageOn() throws Exception {
        TestConnection one = new TestConnection().reading();
        TestConnection two = new TestConnection().reading();
        this.viewers.add(one, () -> "first of one");
        this.viewers.send("a");
        this.viewers.add(two, () -> "first of two");
        this.viewers.send("b");

        one.awaitReceived("first of one");
        one.awaitReceived("a");
        one.awaitReceived("b");
        two.awaitReceived("first of two");
        two.awaitReceived("b");
    }

    @Test
    void viewerWhoDoesNotReadIsDroppedAndDelaysNobody() throws Exception {
        TestConnection slow = new TestConnection();
        TestConnection quick = new TestConnection().reading();
        this.viewers.add(slow, () -> "first");
        this.viewers.add(quick, () -> "first");
        quick.awaitReceived("first");

        for (int i = 0; i < 100; i++) {
            this.viewers.send("message " + i);
            quick.awaitReceived("message " + i);
        }

        slow.reading().awaitClosed();
        assertThat(slow.received).hasSizeLessThan(3);
        assertThat(this.viewers.isEmpty()).isFalse();
    }

    @Test
    void placeOfAViewerWhoHangsIsTakenUntilHisThreadHasEnded() throws Exception {
        TestConnection slow = new TestConnection();
        this.viewers.add(slow, () -> "first");
        slow.sending.await();
        for (int i = 0; i < 20; i++) {
            this.viewers.send("message");
        }
        assertThat(this.viewers.isEmpty()).isTrue();
        assertThat(this.viewers.awaitEmpty(Duration.ZERO)).isFalse();

        slow.reading();

        assertThat(this.viewers.awaitEmpty(Duration.ofSeconds(10))).isTrue();
        slow.awaitClosed();
    }

    @Test
    void viewerForWhomThereIsNoFirstMessageTakesNoPlace() {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(
                            () ->
                                    this.viewers.add(
                                            new TestConnection(),
                                            () -> {
                                                throw new IllegalStateException("on purpose");
                                            }))
                    .hasMessage("on purpose");
        }
        assertThat(this.viewers.isEmpty()).isTrue();
    }

    @Test
    void nobodyIsTakenAfterTheEnd() {
        this.viewers.close();

        assertThatThrownBy(() -> this.viewers.add(new TestConnection(), () -> "first"))
                .isInstanceOf(ViewerRefusedException.class)
                .hasMessage("The application is ending");
    }

    @Test
    void oneMoreThanTheBoundIsRefusedUntilOneHasGone() throws Exception {
        TestConnection leaving = new TestConnection().reading();
        this.viewers.add(leaving, () -> "first");
        this.viewers.add(new TestConnection().reading(), () -> "first");

        assertThatThrownBy(() -> this.viewers.add(new TestConnection(), () -> "first"))
                .isInstanceOf(ViewerRefusedException.class)
                .hasMessage("There are 2 viewers already; try again when one has left");

        leaving.awaitReceived("first");
        leaving.broken = true;
        this.viewers.send("more");
        leaving.awaitClosed();
        while (true) {
            try {
                this.viewers.add(new TestConnection().reading(), () -> "first");
                return;
            } catch (ViewerRefusedException ex) {
                Thread.onSpinWait(); // his place is free when his connection is closed, not before
            }
        }
    }

    @Test
    void everybodyGetsTheLastMessageBeforeTheEnd() throws Exception {
        TestConnection viewer = new TestConnection().reading();
        this.viewers.add(viewer, () -> "first");
        this.viewers.send("last");

        this.viewers.close();

        viewer.awaitClosed();
        assertThat(viewer.received).containsExactly("first", "last");
    }
}
