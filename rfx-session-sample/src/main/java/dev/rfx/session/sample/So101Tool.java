package dev.rfx.session.sample;

import dev.rfx.session.so101.Calibration;
import dev.rfx.session.so101.So101Inspector;
import dev.rfx.session.so101.So101Robot;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.Banner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Inspects an SO-101 from the command line with {@code --sample.so101=scan|read|monitor}. It is an
 * application of its own, without a session and a web server, that has the same properties and
 * explains the same failures. It is no {@code @Component}, because the component scan of the sample
 * must not find it.
 */
final class So101Tool implements CommandLineRunner, DisposableBean {

    private static final String OPTION = "sample.so101";
    private static final int DEFAULT_BAUD_RATE = 1_000_000;
    private static final long REFRESH_MILLIS = 500;
    private static final long STOP_SECONDS = 2;
    private static final String CLEAR_SCREEN = "\033[H\033[2J";

    private final So101Command command;
    private final @Nullable String port;
    private final int baudRate;
    private final @Nullable Path calibration;

    private final CountDownLatch stopping = new CountDownLatch(1);

    /** Held while a port is open. */
    private final ReentrantLock inUse = new ReentrantLock();

    So101Tool(Environment environment) {
        Binder binder = Binder.get(environment);
        this.command = binder.bind(OPTION, So101Command.class).orElse(So101Command.SCAN);
        this.port = binder.bind("rfx.session.so101.port", String.class).orElse(null);
        this.baudRate =
                binder.bind("rfx.session.so101.baud-rate", Integer.class).orElse(DEFAULT_BAUD_RATE);
        this.calibration = binder.bind("rfx.session.so101.calibration", Path.class).orElse(null);
    }

    static boolean isWanted(String[] args) {
        return new DefaultApplicationArguments(args).containsOption(OPTION);
    }

    static void start(String[] args) {
        new SpringApplicationBuilder(So101Tool.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run(args)
                .close();
    }

    @Override
    public void run(String... args) throws InterruptedException {
        this.inUse.lock();
        try {
            switch (this.command) {
                case SCAN -> scan();
                case READ -> look(false);
                case MONITOR -> look(true);
            }
        } finally {
            this.inUse.unlock();
        }
    }

    private void scan() {
        System.out.println(
                So101Table.ofPorts(
                        this.port == null || this.port.equals(So101Robot.AUTO)
                                ? So101Inspector.scan(this.baudRate)
                                : List.of(So101Inspector.scan(this.port, this.baudRate))));
    }

    private void look(boolean again) throws InterruptedException {
        try (So101Inspector arm =
                So101Inspector.open(
                        this.port == null ? So101Robot.AUTO : this.port,
                        this.baudRate,
                        this.calibration == null ? null : Calibration.read(this.calibration))) {
            boolean terminal = again && System.console() != null;
            do {
                System.out.println(
                        (terminal ? CLEAR_SCREEN : "") + So101Table.ofJoints(arm.read()));
            } while (again && !this.stopping.await(REFRESH_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    /** On Ctrl-C the thread that uses the port closes it, and this method waits for that. */
    @Override
    public void destroy() throws InterruptedException {
        this.stopping.countDown();
        if (this.inUse.tryLock(STOP_SECONDS, TimeUnit.SECONDS)) {
            this.inUse.unlock();
        }
    }
}
