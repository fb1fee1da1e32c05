package dev.rfx.session;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/**
 * The pauses in which the garbage collector stopped all threads. The JVM reports a pause some
 * milliseconds after its end, in milliseconds since the start of the JVM; this class listens while
 * a loop runs. Any thread may call it; {@link #nanosWithin} never blocks.
 */
final class GcPauses {

    static final GcPauses OF_THE_JVM = new GcPauses(System::nanoTime);

    private static final int KEPT = 128;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier nanoTime;
    private final NotificationListener listener = this::handle;

    /** Begin and end of each pause, in turn. */
    private final AtomicLongArray pauses = new AtomicLongArray(2 * KEPT);

    private int loops; // guarded by this

    /** Confined to the thread on which the JVM reports pauses. */
    private int nextSlot;

    /**
     * The clock's reading at the start of the JVM. The JVM does not publish it: neither its uptime
     * nor its start time count from there. But it reports no pause before its end, and some pause
     * immediately after it.
     */
    private long origin = Long.MAX_VALUE;

    GcPauses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Counts a loop that begins; the first one starts to listen. */
    synchronized void join() {
        if (this.loops == 0) {
            forEachCollector(emitter -> emitter.addNotificationListener(this.listener, null, null));
        }
        this.loops++;
    }

    /** Counts the end of a loop that joined; the last one stops listening. */
    synchronized void leave() {
        if (--this.loops == 0) {
            forEachCollector(this::removeListener);
        }
    }

    /** {@return the loops that joined and have not left} */
    synchronized int loops() {
        return this.loops;
    }

    private void removeListener(NotificationEmitter emitter) {
        try {
            emitter.removeNotificationListener(this.listener);
        } catch (ListenerNotFoundException ex) {
            // It was not registered with this collector.
        }
    }

    /** Excludes collectors that report whole cycles: other threads run in most of a cycle. */
    private static void forEachCollector(Consumer<NotificationEmitter> task) {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter
                    && !collector.getName().endsWith("Cycles")) {
                task.accept(emitter);
            }
        }
    }

    private void handle(Notification notification, @Nullable Object handback) {
        if (notification.getUserData() instanceof CompositeData data
                && notification
                        .getType()
                        .equals(
                                GarbageCollectionNotificationInfo
                                        .GARBAGE_COLLECTION_NOTIFICATION)) {
            GcInfo info = GarbageCollectionNotificationInfo.from(data).getGcInfo();
            add(info.getStartTime(), info.getEndTime());
        }
    }

    /** Adds a pause that was just reported, in milliseconds since the start of the JVM. */
    void add(long beginMillis, long endMillis) {
        this.origin =
                Math.min(this.origin, this.nanoTime.getAsLong() - endMillis * NANOS_PER_MILLI);
        int slot = 2 * this.nextSlot;
        this.nextSlot = (this.nextSlot + 1) % KEPT;
        this.pauses.set(slot, this.origin + beginMillis * NANOS_PER_MILLI);
        this.pauses.set(slot + 1, this.origin + endMillis * NANOS_PER_MILLI);
    }

    /** {@return the pause time between two readings of the clock, in ns} */
    long nanosWithin(long from, long to) {
        long nanos = 0;
        for (int slot = 0; slot < 2 * KEPT; slot += 2) {
            long begin = Math.max(this.pauses.get(slot), from);
            long end = Math.min(this.pauses.get(slot + 1), to);
            nanos += Math.max(end - begin, 0);
        }
        return nanos;
    }
}
