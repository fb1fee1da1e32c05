package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WatchdogTests {

    private static final Duration OFTEN = Duration.ofMillis(1);

    /** Without those of virtual clocks of other tests, which are a class of their own. */
    private static Stream<Thread> threadsOfTheJvm() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rfx-session-watchdog"))
                .filter(thread -> thread.getClass() == Thread.class);
    }

    private static long threads() {
        return threadsOfTheJvm().count();
    }

    private static void await(AtomicInteger counter, int count) {
        while (counter.get() < count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void taskThatThrowsHarmsNeitherTheOthersNorItself() {
        AtomicInteger bad = new AtomicInteger();
        AtomicInteger good = new AtomicInteger();
        Runnable endOfBad =
                Watchdog.OF_THE_JVM.every(
                        OFTEN,
                        () -> {
                            bad.incrementAndGet();
                            throw new OutOfMemoryError("boom");
                        });
        Runnable endOfGood = Watchdog.OF_THE_JVM.every(OFTEN, good::incrementAndGet);

        await(bad, 5);
        await(good, good.get() + 5);

        assertThat(threads()).isEqualTo(1);
        endOfBad.run();
        endOfGood.run();
    }

    @Test
    void taskThatIsToRunOnceRunsOnce() {
        AtomicInteger once = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        Watchdog.OF_THE_JVM.after(OFTEN, once::incrementAndGet);
        AtomicInteger cancellations = new AtomicInteger();
        Watchdog.OF_THE_JVM.after(
                OFTEN,
                () -> { // on the thread of the watchdog, which so cannot run it before
                    Watchdog.OF_THE_JVM
                            .after(Duration.ofMillis(20), cancelled::incrementAndGet)
                            .run();
                    cancellations.incrementAndGet();
                });
        await(once, 1);
        await(cancellations, 1);
        AtomicInteger later = new AtomicInteger();

        Watchdog.OF_THE_JVM.after(Duration.ofMillis(60), later::incrementAndGet);
        await(later, 1);

        assertThat(once).hasValue(1);
        assertThat(cancelled).hasValue(0);
    }

    @Test
    void taskThatWasEndedDoesNotRunAgain() {
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger other = new AtomicInteger();
        Runnable end = Watchdog.OF_THE_JVM.every(OFTEN, ended::incrementAndGet);
        await(ended, 2);

        end.run();
        Runnable endOfOther = Watchdog.OF_THE_JVM.every(OFTEN, other::incrementAndGet);
        await(other, 2); // a task that was running when it was ended has returned
        int runs = ended.get();
        await(other, 10);

        assertThat(ended).hasValue(runs);
        endOfOther.run();
    }

    /** With the flag set, each park would return at once and burn a core. */
    @Test
    @Timeout(30)
    void interruptIsTakenNoteOfOnce() {
        AtomicInteger rounds = new AtomicInteger();
        Runnable end = Watchdog.OF_THE_JVM.every(OFTEN, rounds::incrementAndGet);
        await(rounds, 1);
        Thread watchdog = threadsOfTheJvm().findFirst().orElseThrow();

        watchdog.interrupt();

        while (watchdog.isInterrupted()) {
            Thread.onSpinWait();
        }
        await(rounds, rounds.get() + 5);
        end.run();
    }

    @Test
    @Timeout(30)
    void whatATaskRefersToIsFreeWhenItHasEnded() {
        Object subject = new Object();
        WeakReference<Object> reference = new WeakReference<>(subject);
        Runnable end = Watchdog.OF_THE_JVM.after(Duration.ofDays(1), subject::hashCode);
        subject = null;

        end.run();

        while (reference.get() != null) {
            System.gc();
        }
    }

    /** An application whose code is on the stack when the thread is created. */
    static final class Application implements UnaryOperator<Callable<Thread>> {
        @Override
        public Callable<Thread> apply(Callable<Thread> thread) {
            try {
                Thread made = thread.call();
                return () -> made;
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        }
    }

    @Test
    @Timeout(30)
    void threadDoesNotKeepTheClassLoaderOfTheApplicationThatNeedsItFirst() throws Exception {
        URL classes = WatchdogTests.class.getProtectionDomain().getCodeSource().getLocation();
        URLClassLoader loader = new OwnCopyOf(Application.class.getName(), classes);
        Thread made = madeBy(loader);
        WeakReference<ClassLoader> reference = new WeakReference<>(loader);
        loader.close();
        loader = null;

        while (reference.get() != null) {
            System.gc();
        }
        assertThat(made.isAlive()).isFalse(); // reachable until here, as the watchdog is
    }

    @SuppressWarnings("unchecked")
    private static Thread madeBy(ClassLoader loader) throws Exception {
        Class<?> type = loader.loadClass(Application.class.getName());
        assertThat(type).isNotSameAs(Application.class);
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        var application = (UnaryOperator<Callable<Thread>>) constructor.newInstance();
        AtomicReference<Thread> made = new AtomicReference<>();
        application.apply(
                () -> {
                    made.set(JvmThreads.createForJvm(() -> {}, "test"));
                    return made.get();
                });
        return made.get();
    }

    /** Loads one class itself, as the class loader of a web application does. */
    private static final class OwnCopyOf extends URLClassLoader {

        private final String own;

        OwnCopyOf(String own, URL classes) {
            super(new URL[] {classes}, WatchdogTests.class.getClassLoader());
            this.own = own;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.equals(this.own) ? findClass(name) : super.loadClass(name, resolve);
        }
    }

    @Test
    void threadKeepsNothingOfTheThreadThatNeedsItFirst() throws Exception {
        ThreadGroup group = new ThreadGroup("application");
        AtomicReference<Thread> created = new AtomicReference<>();
        InheritableThreadLocal<Object> inheritable = new InheritableThreadLocal<>();
        AtomicReference<Object> inherited = new AtomicReference<>();
        Thread application =
                new Thread(
                        group,
                        () -> {
                            inheritable.set("of the application");
                            created.set(
                                    JvmThreads.createForJvm(
                                            () -> inherited.set(inheritable.get()), "test"));
                        });
        application.start();
        application.join();

        assertThat(created.get().getThreadGroup().getParent()).isNull();
        assertThat(created.get().getContextClassLoader()).isNull();
        created.get().start();
        created.get().join();
        assertThat(inherited).hasNullValue();
    }
}
