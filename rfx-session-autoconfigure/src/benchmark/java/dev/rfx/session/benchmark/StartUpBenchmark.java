package dev.rfx.session.benchmark;

import dev.rfx.session.testkit.ChildJvm;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * What the starter adds to the start of an empty web application with Actuator: the time from the
 * JVM's begin until the application is ready, without our jar, with it, and with it and a session.
 */
@Tag("benchmark")
class StartUpBenchmark {

    private static final int STARTS = 10;

    @Test
    @Timeout(600)
    void measure() throws Exception {
        double[] without = new double[STARTS];
        double[] with = new double[STARTS];
        double[] session = new double[STARTS];
        for (int i = -1; i < STARTS; i++) { // the first is not counted: files are not in memory yet
            double first = ready(file -> !file.matches("classes|jSerialComm.*|jna.*"), Empty.class);
            double second = ready(StartUpBenchmark::isOfStarter, Empty.class);
            double third = ready(StartUpBenchmark::isOfStarter, WithSession.class);
            if (i >= 0) {
                without[i] = first;
                with[i] = second;
                session[i] = third;
            }
        }
        System.out.printf(
                "%nFrom the begin of the JVM until an empty web application is ready, ms, median of %d%n",
                STARTS);
        Table table = new Table("application", "ms", "more");
        double base = Result.percentile(without, 0.5);
        table.row("without the starter", base, 0.0);
        table.row("with it", Result.percentile(with, 0.5), Result.percentile(with, 0.5) - base);
        table.row(
                "with it and a session (warm-up 0)",
                Result.percentile(session, 0.5),
                Result.percentile(session, 0.5) - base);
        table.print();
    }

    /** The starter does not bring JNA. */
    private static boolean isOfStarter(String file) {
        return !file.startsWith("jna");
    }

    private static double ready(Predicate<String> files, Class<?> main) throws Exception {
        try (ChildJvm jvm = ChildJvm.start(List.of("-XX:TieredStopAtLevel=4"), files, main)) {
            return Double.parseDouble(jvm.awaitLine("READY ").substring("READY ".length()));
        }
    }

    private static void start(Class<?> application) {
        new SpringApplicationBuilder(application)
                .properties("server.port=0", "rfx.session.warmup=0", "spring.main.banner-mode=off")
                .run();
        System.out.println("READY " + ManagementFactory.getRuntimeMXBean().getUptime());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Empty {
        public static void main(String[] args) {
            start(Empty.class);
        }
    }

    static final class WithSession {
        public static void main(String[] args) {
            start(SessionApplication.class);
        }
    }
}
