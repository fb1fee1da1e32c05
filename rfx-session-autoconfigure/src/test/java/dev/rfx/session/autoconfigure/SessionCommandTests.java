package dev.rfx.session.autoconfigure;

import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ScriptedRobot;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.scheduler.Schedulers;

/** Commands of several operators at the same time, over HTTP and JMX. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionCommandTests {

    private static final int ROUNDS = Campaign.Rounds.of(400, 20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
    private ConfigurableApplicationContext context;

    @AfterEach
    void close() {
        this.logs.resetTurboFilterList();
        ((Logger) LoggerFactory.getLogger(SessionEndpoint.class)).setLevel(null);
        this.context.close();
    }

    private void run(Class<?> application, WebApplicationType type, String... properties) {
        this.context =
                new SpringApplicationBuilder(application)
                        .web(type)
                        .properties(
                                "server.port=0",
                                "server.address=127.0.0.1",
                                "rfx.session.warmup=0",
                                "rfx.session.stop-timeout=10s",
                                "rfx.session.watchdog.timeout=0",
                                "rfx.session.auto-startup=false",
                                "management.endpoints.web.exposure.include=*",
                                "management.endpoint.rfxsession.access=unrestricted")
                        .properties(properties)
                        .run();
    }

    private void run(String... properties) {
        run(Application.class, WebApplicationType.SERVLET, properties);
    }

    private CompletableFuture<Answer> send(String command) {
        return send("rfxSession", "{\"command\":\"" + command + "\"}");
    }

    private CompletableFuture<Answer> send(String session, String body) {
        String port = this.context.getEnvironment().getProperty("local.server.port");
        return this.http
                .sendAsync(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + port
                                                        + "/actuator/rfxsession/"
                                                        + session))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> new Answer(response.statusCode(), response.body()));
    }

    private record Answer(int status, String body) {

        String state() {
            return JsonPath.read(this.body, "$.state");
        }

        String message() {
            return JsonPath.read(this.body, "$.message");
        }

        @Override
        public String toString() {
            return this.status + " " + this.body;
        }
    }

    private Session session() {
        return this.context.getBean(Session.class);
    }

    private ScriptedRobot robot() {
        return this.context.getBean(ScriptedRobot.class);
    }

    /** Runs an action on the thread that logs a command. */
    private void whenLogged(String command, Runnable action) {
        Logger log = (Logger) LoggerFactory.getLogger(SessionEndpoint.class);
        log.setLevel(Level.INFO);
        this.logs.addTurboFilter(
                new TurboFilter() {
                    @Override
                    public FilterReply decide(
                            Marker marker,
                            Logger logger,
                            Level level,
                            String format,
                            Object[] params,
                            Throwable t) {
                        if (logger == log
                                && params != null
                                && params.length > 0
                                && command.equals(String.valueOf(params[0]))) {
                            action.run();
                        }
                        return FilterReply.NEUTRAL;
                    }
                });
    }

    @Test
    void stopReachesTheRobotBeforeALogThatHangs() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        run();
        session().start();
        robot().onStop(stopped::countDown);
        whenLogged("STOP", () -> awaitUninterrupted(release));

        CompletableFuture<Answer> stop = send("STOP");

        boolean reached = stopped.await(10, TimeUnit.SECONDS);
        release.countDown();
        assertThat(reached).as("Robot.stop() is called while the log hangs").isTrue();
        assertThat(stop.get().state()).isEqualTo("STOPPED");
    }

    @Test
    void stopReachesTheRobotBeforeALookUpOfThePrincipalThatHangs() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        run(ApplicationWithUsers.class, WebApplicationType.SERVLET);
        this.context.getBean(Users.class).lookUp =
                () -> {
                    awaitUninterrupted(release);
                    return null;
                };
        session().start();
        robot().onStop(stopped::countDown);

        CompletableFuture<Answer> stop = send("STOP");

        boolean reached = stopped.await(10, TimeUnit.SECONDS);
        release.countDown();
        assertThat(reached).as("Robot.stop() is called while the look-up hangs").isTrue();
        assertThat(stop.get().state()).isEqualTo("STOPPED");
    }

    @Test
    void logThatThrowsKeepsNobodyFromCommanding() throws Exception {
        run();
        for (String command : List.of("START", "STOP")) {
            whenLogged(
                    command,
                    () -> {
                        throw new IllegalStateException("disk full");
                    });
        }

        Answer started = send("START").get();
        Answer stopped = send("STOP").get();

        assertThat(started.status()).isEqualTo(200);
        assertThat(started.state()).isEqualTo("RUNNING");
        assertThat(stopped.status()).isEqualTo(200);
        assertThat(stopped.state()).isEqualTo("STOPPED");
    }

    @Test
    void lookUpOfThePrincipalThatThrowsKeepsNobodyFromStopping() throws Exception {
        run(ApplicationWithUsers.class, WebApplicationType.SERVLET);
        AtomicBoolean asked = new AtomicBoolean();
        this.context.getBean(Users.class).lookUp =
                () -> {
                    if (asked.compareAndSet(false, true)) {
                        throw new IllegalStateException("directory is down");
                    }
                    return null; // Spring asks again, for its own log
                };
        session().start();

        Answer stopped = send("STOP").get();

        assertThat(stopped.status()).isEqualTo(200);
        assertThat(robot().stops).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void stopOvertakesAStartInProgress(WebApplicationType type) throws Exception {
        run(Application.class, type);
        CountDownLatch resetting = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        robot().onReset(
                        () -> {
                            resetting.countDown();
                            never.await();
                        });
        CompletableFuture<Answer> start = send("START");
        resetting.await();

        Answer stopped = send("STOP").get();

        assertThat(stopped.status()).isEqualTo(200);
        assertThat(stopped.state()).isEqualTo("STOPPED");
        assertThat(start.get().status()).as("%s", start.get()).isEqualTo(409);
        assertThat(start.get().state()).isEqualTo("STOPPED");
        assertThat(robot().stops).hasValue(1);
        assertThat(robot().acts).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void startWaitsForAStopInProgressAndThenWins(WebApplicationType type) throws Exception {
        run(Application.class, type);
        session().start();
        CountDownLatch stopping = new CountDownLatch(1);
        CountDownLatch startArrived = new CountDownLatch(1);
        robot().onStop(
                        () -> {
                            stopping.countDown();
                            startArrived.await();
                        });
        whenLogged("START", startArrived::countDown);
        CompletableFuture<Answer> stop = send("STOP");
        stopping.await();

        Answer started = send("START").get();

        assertThat(started.status()).as("%s", started).isEqualTo(200);
        assertThat(started.state()).isEqualTo("RUNNING");
        assertThatStatusFitsTheState("STOP", stop.get());
        assertThat(session().isRunning()).isTrue();
        assertThat(robot().resets).hasValue(2);
        assertThat(robot().stops).hasValue(1);
    }

    @Test
    void twoStartsOfOneRunWaitTogether() throws Exception {
        run();
        CountDownLatch bothArrived = new CountDownLatch(2);
        robot().onReset(bothArrived::await);
        whenLogged("START", bothArrived::countDown);

        CompletableFuture<Answer> one = send("START");
        CompletableFuture<Answer> other = send("START");

        assertThat(List.of(one.get().status(), other.get().status())).containsExactly(200, 200);
        assertThat(List.of(one.get().state(), other.get().state()))
                .containsExactly("RUNNING", "RUNNING");
        assertThat(robot().resets).hasValue(1);
    }

    /** An application blocks these threads too, and Reactor binds a task to one of them. */
    @Test
    void commandNeedsNoThreadThatReactorHasForBlockingWork() throws Exception {
        run(Application.class, WebApplicationType.REACTIVE);
        session().start();
        int threads = Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
        CountDownLatch blocked = new CountDownLatch(threads);
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            Schedulers.boundedElastic()
                    .schedule(
                            () -> {
                                blocked.countDown();
                                awaitUninterrupted(release);
                            });
        }
        try {
            blocked.await();

            Answer stopped = send("STOP").get(30, TimeUnit.SECONDS);

            assertThat(stopped.status()).isEqualTo(200);
            assertThat(stopped.state()).isEqualTo("STOPPED");
        } finally {
            release.countDown();
        }
    }

    /** The threads for commands are few: without a bound these calls would occupy all of them. */
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void stopGetsThroughToAResetThatHangsHoweverManyWantToStart(WebApplicationType type)
            throws Exception {
        run(Application.class, type);
        CountDownLatch never = new CountDownLatch(1);
        robot().onReset(never::await);
        List<CompletableFuture<Answer>> starts =
                IntStream.range(0, 250).mapToObj(i -> send("START")).toList();

        Answer stopped = send("STOP").get(1, TimeUnit.MINUTES);

        assertThat(stopped.status()).isIn(200, 409);
        while (!starts.stream().allMatch(CompletableFuture::isDone)) {
            session().requestStop(); // those that came after the STOP have started the next run
        }
        for (CompletableFuture<Answer> start : starts) {
            assertThat(start.get().status()).isEqualTo(409);
        }
    }

    @Campaign
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void commandsAtTheSameTimeAreAnsweredAsTheyTurnOut(WebApplicationType type) throws Exception {
        run(Application.class, type, "rfx.session.rate-hz=1000");
        session().start(); // it is never NEW again
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService people = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> ends =
                    List.of(
                            people.submit(
                                    () -> command(together, "START", "STOP", "START", "STOP")),
                            people.submit(
                                    () -> command(together, "STOP", "START", "START", "STOP")));
            for (Future<?> end : ends) {
                end.get();
            }
        } finally {
            people.shutdownNow();
        }

        Answer stopped = send("STOP").get();

        assertThat(stopped.status()).isEqualTo(200);
        assertThat(stopped.state()).isEqualTo("STOPPED");
        assertThat(robot().stops)
                .as("also of a run that was stopped before its reset")
                .hasValueGreaterThanOrEqualTo(robot().resets.get());
    }

    /** One operator. Two of them send their commands at the same time. */
    private Void command(CyclicBarrier together, String... commands) throws Exception {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String command = commands[round % commands.length];
                together.await();
                assertThatStatusFitsTheState(command, send(command).get(20, TimeUnit.SECONDS));
            }
        } catch (BrokenBarrierException ex) {
            // The other operator reports the failure.
        } catch (Throwable ex) {
            together.reset();
            throw ex;
        }
        return null;
    }

    /** The rule in the documentation. */
    private static void assertThatStatusFitsTheState(String command, Answer answer) {
        if (answer.status() == 200) {
            assertThat(answer.state())
                    .as("%s: %s", command, answer)
                    .isEqualTo(command.equals("START") ? "RUNNING" : "STOPPED");
        } else {
            assertThat(answer.status()).as("%s: %s", command, answer).isEqualTo(409);
            assertThat(answer.state())
                    .as("%s: %s", command, answer)
                    .isNotEqualTo(command.equals("START") ? "RUNNING" : "STOPPED");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void startThatFailsIsNoSuccess(WebApplicationType type) throws Exception {
        run(Application.class, type);
        robot().onReset(
                        () -> {
                            throw new IOException("no power");
                        });

        Answer started = send("START").get();

        assertThat(started.status()).isEqualTo(503);
        assertThat(started.state()).isEqualTo("FAILED");
        assertThat((String) JsonPath.read(started.body(), "$.failure.exception"))
                .isEqualTo("java.io.IOException: no power");
    }

    @Test
    void stopWhoseRobotCannotBeStoppedIsNoSuccess() throws Exception {
        run();
        session().start();
        robot().onStop(
                        () -> {
                            throw new IOException("no power");
                        });

        Answer stopped = send("STOP").get();

        assertThat(stopped.status()).isEqualTo(503);
        assertThat(stopped.state()).isEqualTo("FAILED");
        assertThat((String) JsonPath.read(stopped.body(), "$.failure.phase")).isEqualTo("stop");
    }

    @Test
    void stopOfASessionWhoseRobotCouldNotBeStoppedAfterAFailureIsNoSuccess() throws Exception {
        run();
        robot().onAct(
                        () -> {
                            throw new IOException("unplugged");
                        })
                .onStop(
                        () -> {
                            throw new IOException("still unplugged");
                        });
        session().start();
        session().awaitStopped(Duration.ofMinutes(1));

        assertThat(send("STOP").get().status()).isEqualTo(503);
    }

    @Test
    void stopOfASessionThatFailedBeforeIsASuccess() throws Exception {
        run();
        robot().onAct(
                        () -> {
                            throw new IOException("unplugged");
                        });
        session().start();
        session().awaitStopped(Duration.ofMinutes(1));

        Answer stopped = send("STOP").get();

        assertThat(stopped.status()).isEqualTo(200);
        assertThat(stopped.state()).isEqualTo("FAILED");
    }

    @Test
    void startOfARunThatIsOverAtOnceIsASuccess() throws Exception {
        run("rfx.session.duration=1ms");

        Answer started = send("START").get();

        assertThat(started.status()).isEqualTo(200);
        assertThat(started.state()).isIn("RUNNING", "STOPPED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "STOP", "Stop"})
    void caseOfACommandDoesNotMatter(String command) throws Exception {
        run();
        session().start();

        assertThat(send(command).get().state()).isEqualTo("STOPPED");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void unknownCommandsAndSessionsAreAnsweredWithThoseThereAre(WebApplicationType type)
            throws Exception {
        run(Application.class, type);

        Answer dance = send("DANCE").get();
        Answer nothing = send("rfxSession", "{}").get();
        Answer nobody = send("nobody", "{\"command\":\"STOP\"}").get();

        assertThat(dance.status()).isEqualTo(400);
        assertThat(dance.message())
                .isEqualTo(
                        "There is no command 'DANCE'; the commands are START, STOP,"
                                + " RESET_STATISTICS, SAVE_RECORDING");
        assertThat(nothing.status()).isEqualTo(400);
        assertThat(nothing.message())
                .isEqualTo(
                        "The command is missing; the commands are START, STOP, RESET_STATISTICS,"
                                + " SAVE_RECORDING");
        assertThat(nobody.status()).isEqualTo(404);
        assertThat(nobody.message())
                .isEqualTo("There is no session 'nobody'; the sessions are: rfxSession");
    }

    private String[] recorded(Path directory) {
        return new String[] {
            "rfx.session.record.enabled=true",
            "rfx.session.record.directory=" + directory,
            "rfx.session.record.last=30s"
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void saveRecordingWritesTheLastSeconds(WebApplicationType type, @TempDir Path directory)
            throws Exception {
        run(Application.class, type, recorded(directory));
        session().start();
        awaitIterations(session(), 3);

        Answer saved = send("save-recording").get();

        assertThat(saved.status()).isEqualTo(200);
        assertThat(saved.state()).isEqualTo("RUNNING");
        assertThat((String) JsonPath.read(saved.body(), "$.recording.state"))
                .isIn("STANDBY", "WRITING");
        session().stop();
        assertThat(session().recordingStatus().iterations()).isEqualTo(session().stepCount());
        assertThat(directory).isDirectoryContaining("glob:**.mcap");
    }

    @Test
    void saveRecordingIsRefusedIfTheSessionIsNotRecorded() throws Exception {
        run();
        session().start();

        Answer refused = send("SAVE_RECORDING").get();

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.message())
                .isEqualTo(
                        "SAVE_RECORDING of session 'rfxSession' was refused: the session is not"
                                + " recorded");
    }

    @Test
    void saveRecordingIsRefusedIfNoRunIsRecorded(@TempDir Path directory) throws Exception {
        run(recorded(directory));
        Answer beforeTheFirstRun = send("SAVE_RECORDING").get();
        session().start();
        session().stop();

        Answer afterTheRun = send("SAVE_RECORDING").get();

        assertThat(List.of(beforeTheFirstRun, afterTheRun))
                .allSatisfy(
                        refused -> {
                            assertThat(refused.status()).isEqualTo(409);
                            assertThat(refused.message())
                                    .isEqualTo(
                                            "SAVE_RECORDING of session 'rfxSession' was refused:"
                                                    + " no run is recorded now");
                        });
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void saveRecordingIsReadOnlyUnlessTheOperatorOpensIt(@TempDir Path directory) throws Exception {
        run(
                Stream.concat(
                                Stream.of(recorded(directory)),
                                Stream.of("management.endpoint.rfxsession.access=read-only"))
                        .toArray(String[]::new));
        session().start();

        assertThat(send("SAVE_RECORDING").get().status()).isEqualTo(405);
        session().stop();
        assertThat(directory).isEmptyDirectory();
    }

    // ---- JMX

    private static final String[] JMX = {
        "spring.jmx.enabled=true",
        "spring.jmx.default-domain=dev.rfx.session.test",
        "management.endpoints.jmx.domain=dev.rfx.session.test",
        "management.endpoints.jmx.exposure.include=rfxsession"
    };

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

    private Object invoke(String name, String command) throws Exception {
        return this.beans.invoke(
                endpoint(),
                "command",
                new Object[] {name, command},
                new String[] {String.class.getName(), String.class.getName()});
    }

    private static ObjectName endpoint() throws Exception {
        return new ObjectName("dev.rfx.session.test:type=Endpoint,name=Rfxsession");
    }

    @Test
    void commandOverJmxHasTheParametersNameAndCommand() throws Exception {
        run(JMX);

        MBeanOperationInfo command =
                List.of(this.beans.getMBeanInfo(endpoint()).getOperations()).stream()
                        .filter(operation -> operation.getName().equals("command"))
                        .findFirst()
                        .orElseThrow();

        assertThat(command.getSignature())
                .extracting(MBeanParameterInfo::getName)
                .containsExactly("name", "command");
        assertThat(command.getSignature())
                .extracting(MBeanParameterInfo::getType)
                .containsExactly(String.class.getName(), String.class.getName());
    }

    @Test
    void sessionIsStartedAndStoppedOverJmx() throws Exception {
        run(JMX);

        assertThat(invoke("rfxSession", "START").toString()).contains("state=RUNNING");
        assertThat(session().isRunning()).isTrue();
        assertThat(invoke("rfxSession", "STOP").toString()).contains("state=STOPPED");
        assertThat(robot().stops).hasValue(1);
    }

    @Test
    void startThatFailsOverJmxThrowsWhatHappened() {
        run(JMX);
        robot().onReset(
                        () -> {
                            throw new IOException("no power");
                        });

        assertThatThrownBy(() -> invoke("rfxSession", "START"))
                .rootCause()
                .hasMessageContaining("START of session 'rfxSession' failed")
                .hasMessageContaining("java.io.IOException: no power");
    }

    @Test
    void saveRecordingOverJmxWritesTheLastSecondsOrThrows(@TempDir Path directory)
            throws Exception {
        run(Stream.of(JMX, recorded(directory)).flatMap(Stream::of).toArray(String[]::new));
        session().start();
        awaitIterations(session(), 3);

        invoke("rfxSession", "SAVE_RECORDING");

        session().stop();
        assertThat(directory).isDirectoryContaining("glob:**.mcap");
        assertThatThrownBy(() -> invoke("rfxSession", "SAVE_RECORDING"))
                .rootCause()
                .hasMessage(
                        "SAVE_RECORDING of session 'rfxSession' was refused: no run is recorded"
                                + " now");
    }

    @Test
    void startThatIsOvertakenOverJmxThrowsSo() throws Exception {
        run(JMX);
        CountDownLatch resetting = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        robot().onReset(
                        () -> {
                            resetting.countDown();
                            never.await();
                        });
        CompletableFuture<Object> start =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return invoke("rfxSession", "START");
                            } catch (Exception ex) {
                                return ex.getCause();
                            }
                        });
        resetting.await();

        invoke("rfxSession", "STOP");

        assertThat(start.get())
                .isInstanceOf(IllegalStateException.class)
                .hasToString(
                        "java.lang.IllegalStateException: START of session 'rfxSession' was"
                                + " overtaken by a stop: the session is STOPPED");
    }

    @Test
    void unknownCommandsAndSessionsOverJmxAreAnsweredWithThoseThereAre() {
        run(JMX);

        assertThatThrownBy(() -> invoke("rfxSession", "DANCE"))
                .rootCause()
                .hasMessageContaining(
                        "the commands are START, STOP, RESET_STATISTICS, SAVE_RECORDING");
        assertThatThrownBy(() -> invoke("nobody", "STOP"))
                .rootCause()
                .hasMessageContaining("the sessions are: rfxSession");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}

    /** Looks up the user with code of the test. */
    static final class Users {

        private volatile Supplier<Principal> lookUp = () -> null;
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    static class ApplicationWithUsers {

        @Bean
        Users knownUsers() {
            return new Users();
        }

        @Bean
        Filter users(Users users) {
            return (request, response, chain) ->
                    chain.doFilter(
                            new HttpServletRequestWrapper((HttpServletRequest) request) {
                                @Override
                                public Principal getUserPrincipal() {
                                    return users.lookUp.get();
                                }
                            },
                            response);
        }
    }
}
