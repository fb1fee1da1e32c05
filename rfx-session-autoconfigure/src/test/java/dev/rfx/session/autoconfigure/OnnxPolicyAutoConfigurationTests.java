package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.RefusedProperty.assertRefused;
import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.Input;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.onnx.Term;
import dev.rfx.session.onnx.TestModel;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.IgnoringInterrupts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.io.ClassPathResource;

/** An application whose policy is a trained model. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class OnnxPolicyAutoConfigurationTests {

    private static final int JOINTS = 3;
    private static final String STATE = "rfx.session.onnx.inputs[0].terms[0].tensor=state";

    @TempDir private Path directory;
    private Path model;

    private final ApplicationContextRunner sessions =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    OnnxPolicyAutoConfiguration.class,
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class))
                    .withPropertyValues("rfx.session.rate-hz=500", "rfx.session.warmup=0");

    private ApplicationContextRunner application;

    @BeforeEach
    void writeModel() throws Exception {
        this.model =
                TestModel.linear(2 * JOINTS, JOINTS).write(this.directory.resolve("model.onnx"));
        this.application = this.sessions.withPropertyValues(location(this.model.toString()), STATE);
    }

    private static String location(String location) {
        return OnnxPolicyAutoConfiguration.MODEL + "=" + location;
    }

    /** A robot that looks at its policy when it stops. */
    private static final class LookingRobot extends RobotDecorator<Observation, Tensor> {

        @Nullable OnnxPolicy policy;
        volatile @Nullable Exception atStop;
        volatile boolean stopped;

        LookingRobot() {
            super(new MockRobot(JOINTS, 500));
        }

        @Override
        public void stop() throws Exception {
            super.stop();
            try {
                if (this.policy != null) {
                    this.policy.prepare();
                }
            } catch (Exception ex) {
                this.atStop = ex;
            }
            this.stopped = true;
        }
    }

    private static void assertClosed(OnnxPolicy policy) {
        assertThatIllegalStateException()
                .isThrownBy(policy::prepare)
                .withMessageEndingWith("closed");
    }

    @Test
    void modelIsThePolicyAndClosedAfterTheSessionHasStopped() {
        LookingRobot robot = new LookingRobot();
        Session[] session = new Session[1];
        this.application
                .withBean(LookingRobot.class, () -> robot)
                .run(
                        context -> {
                            robot.policy = context.getBean(OnnxPolicy.class);
                            session[0] = context.getBean(Session.class);
                            awaitIterations(session[0], 3);
                            assertThat(robot.policy.model()).isNotNull();
                        });

        assertThat(session[0].state()).isEqualTo(SessionState.STOPPED);
        assertThat(robot.stopped).isTrue();
        assertThat(robot.atStop).isNull();
        assertClosed(robot.policy);
    }

    @Test
    void sessionThatTheApplicationStopsItselfIsStoppedBeforeTheModelIsClosed() {
        LookingRobot robot = new LookingRobot();
        this.application
                .withBean(LookingRobot.class, () -> robot)
                .withPropertyValues("rfx.session.auto-startup=false")
                .run(
                        context -> {
                            robot.policy = context.getBean(OnnxPolicy.class);
                            assertThat(robot.policy.model()).as("before the start").isNull();
                            context.getBean(Session.class).start();
                        });

        assertThat(robot.stopped).isTrue();
        assertThat(robot.atStop).isNull();
        assertClosed(robot.policy);
    }

    @Test
    void applicationSetsACommand() {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withPropertyValues(
                        "rfx.session.auto-startup=false",
                        "rfx.session.onnx.inputs[0].terms[0].size=3",
                        "rfx.session.onnx.inputs[0].terms[1].command=velocity",
                        "rfx.session.onnx.commands.velocity=0,0,0")
                .run(
                        context -> {
                            OnnxPolicy policy = context.getBean(OnnxPolicy.class);
                            policy.prepare();
                            Observation observation = context.getBean(MockRobot.class).observe();
                            Tensor before = policy.selectAction(observation).copy();
                            policy.command("velocity").set(1, 0, 0);

                            assertThat(policy.selectAction(observation)).isNotEqualTo(before);
                        });
    }

    // ---- the policy reaches a session, or the application does not start

    @Test
    void withoutAModelThereIsNoPolicy() {
        this.sessions
                .withUserConfiguration(OneRobot.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Policy.class));
    }

    @Test
    void modelThatIsFalseIsNone() {
        this.application
                .withUserConfiguration(OneRobot.class, OtherPolicy.class)
                .withPropertyValues(location("false"))
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean(OnnxPolicy.class));
    }

    @Test
    void disabledMeansNoPolicy() {
        this.application
                .withPropertyValues("rfx.session.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Policy.class));
    }

    @Test
    void otherPolicyIsRefused() {
        this.application
                .withUserConfiguration(OneRobot.class, OtherPolicy.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .isInstanceOf(ConfigurationException.class)
                                        .hasMessageContaining(
                                                "rfx.session.onnx.model is set, but the application"
                                                        + " has [other], which does not use this"
                                                        + " policy"));
    }

    @Test
    void otherPolicyThatIsPrimaryIsRefused() {
        this.application
                .withUserConfiguration(OneRobot.class, OtherPrimaryPolicy.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining("has [rfxSession, other]"));
    }

    @Test
    void policyThatWrapsTheModelIsUsed() {
        this.application
                .withUserConfiguration(OneRobot.class, Wrapped.class)
                .run(
                        context -> {
                            awaitIterations(context.getBean(Session.class), 2);
                            assertThat(context.getBean(CountingPolicy.class).calls).isPositive();
                        });
    }

    @Test
    void sessionOfTheApplicationUsesTheModel() {
        this.application
                .withUserConfiguration(OneRobot.class, OwnSession.class)
                .run(
                        context -> {
                            awaitIterations(context.getBean(Session.class), 2);
                            assertThat(context.getBean(OnnxPolicy.class).model()).isNotNull();
                        });
    }

    @Test
    void sessionOfTheApplicationWithAnotherPolicyIsRefused() {
        this.application
                .withUserConfiguration(OneRobot.class, OtherSession.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining("has [own], which does not use"));
    }

    @Test
    void sessionOfTheApplicationAtAnotherRateIsRefused() {
        this.application
                .withUserConfiguration(OneRobot.class, SessionAtAnotherRate.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "counts with rfx.session.rate-hz, 500.0 Hz, but the"
                                                        + " Session bean 'own' has 100.0 Hz"));
    }

    @Test
    void policyBeanOfTheApplicationIsClosedToo() throws Exception {
        OnnxPolicy policy =
                OnnxPolicy.builder(this.model).input(Input.of(Term.of("state"))).build();
        this.sessions
                .withUserConfiguration(OneRobot.class)
                .withBean(OnnxPolicy.class, () -> policy)
                .run(context -> awaitIterations(context.getBean(Session.class), 2));

        assertClosed(policy);
    }

    // ---- robots

    @Test
    void modelWithoutARobotIsRefused() {
        this.application.run(
                context ->
                        assertThat(context)
                                .getFailure()
                                .rootCause()
                                .isInstanceOf(ConfigurationException.class)
                                .hasMessageContaining("there is not one Robot bean"));
    }

    @Test
    void modelForTwoRobotsIsRefusedUnlessOneIsPrimary() {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withBean("second", MockRobot.class, () -> new MockRobot(JOINTS, 500))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining("there is not one Robot bean"));
        this.application
                .withUserConfiguration(OneRobot.class)
                .withBean(
                        "second",
                        MockRobot.class,
                        () -> new MockRobot(JOINTS, 500),
                        definition -> definition.setPrimary(true))
                .run(context -> awaitIterations(context.getBean(Session.class), 2));
    }

    // ---- files

    @Test
    void urlOfAFileIsALocation() {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withPropertyValues(location(this.model.toUri().toString()))
                .run(
                        context -> {
                            awaitIterations(context.getBean(Session.class), 1);
                            assertThat(context.getBean(OnnxPolicy.class).model().file())
                                    .isEqualTo(this.model.toString());
                        });
    }

    private Path jarWithTheModel() throws IOException {
        Path jar = this.directory.resolve("models.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file)) {
            entries.putNextEntry(new JarEntry("models/"));
            entries.putNextEntry(new JarEntry("models/go1.onnx"));
            Files.copy(this.model, entries);
        }
        return jar;
    }

    private static ClassLoader loader(Path path) throws IOException {
        return new URLClassLoader(
                new URL[] {path.toUri().toURL()},
                OnnxPolicyAutoConfigurationTests.class.getClassLoader());
    }

    @Test
    void modelInAJarIsCopied() throws Exception {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withClassLoader(loader(jarWithTheModel()))
                .withPropertyValues(location("classpath:models/go1.onnx"))
                .run(
                        context -> {
                            awaitIterations(context.getBean(Session.class), 1);
                            Path file = Path.of(context.getBean(OnnxPolicy.class).model().file());
                            assertThat(file)
                                    .hasFileName("go1.onnx")
                                    .hasSameBinaryContentAs(this.model);
                        });
    }

    @Test
    void modelOnTheClassPathOutsideOfAJarIsNotCopied() throws Exception {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withClassLoader(loader(this.directory))
                .withPropertyValues(location("classpath:model.onnx"))
                .run(
                        context -> {
                            awaitIterations(context.getBean(Session.class), 1);
                            assertThat(context.getBean(OnnxPolicy.class).model().file())
                                    .isEqualTo(this.model.toString());
                        });
    }

    private void assertRefusedLocation(String location, String reason) {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withPropertyValues(location(location))
                .run(context -> assertRefused(context, "rfx.session.onnx.model", reason));
    }

    @Test
    void locationWithoutAFileIsRefused() {
        assertRefusedLocation(
                this.directory + "/none.onnx", "file [" + this.directory + "/none.onnx] does not");
        assertRefusedLocation(
                "none.onnx", "file [" + Path.of("none.onnx").toAbsolutePath() + "] does not exist");
        assertRefusedLocation(
                "classpath:none.onnx", "class path resource [none.onnx] does not exist");
        assertRefusedLocation(this.directory.toString(), "must be a file");
        assertRefusedLocation(" ", "The location is empty");
    }

    // ---- the start

    @Test
    void modelWithoutOnnxRuntimeIsRefused() {
        this.application
                .withUserConfiguration(OneRobot.class)
                .withClassLoader(
                        new FilteredClassLoader(
                                new ClassPathResource("ai/onnxruntime/OrtSession.class")))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(ConfigurationException.class)
                                        .hasMessageContaining(
                                                "Add com.microsoft.onnxruntime:onnxruntime"));
    }

    private void assertFailureIsExplained(CapturedOutput output, String... parts) {
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(FailingApplication.class)
                        .web(WebApplicationType.NONE)
                        .properties("spring.main.banner-mode=off");
        assertThatException()
                .isThrownBy(
                        () ->
                                application.run(
                                        "--" + location(this.model.toString()),
                                        "--" + STATE,
                                        "--rfx.session.onnx.inputs[0].terms[0].size=5"));
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(parts)
                .doesNotContain("\tat ");
    }

    @Test
    void modelThatDoesNotFitIsExplainedWithBothSides(CapturedOutput output) {
        assertFailureIsExplained(
                output,
                "Model " + this.model + " does not fit its configuration",
                "input 'obs'",
                "model: FLOAT [1, 6]",
                "'obs' has 5 values in the configuration, but 6 in the model",
                "Change the configuration");
    }

    // ---- a run of the model that does not return

    /** Hands the work to a thread that nothing interrupts, as a driver does. */
    static final class StuckPolicy extends PolicyDecorator<Observation, Tensor> {

        private final OnnxPolicy policy;
        final CountDownLatch running = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);

        StuckPolicy(OnnxPolicy policy) {
            super(policy);
            this.policy = policy;
        }

        @Override
        public Tensor selectAction(Observation observation) {
            Thread inference = new Thread(() -> runUntilClosed(observation));
            inference.setDaemon(true);
            inference.start();
            IgnoringInterrupts.await(this.closed);
            return Tensor.zeros(JOINTS);
        }

        private void runUntilClosed(Observation observation) {
            try {
                while (true) {
                    this.running.countDown();
                    this.policy.selectAction(observation);
                }
            } catch (IllegalStateException ex) {
                this.closed.countDown();
            } catch (InterruptedException ex) {
                throw new AssertionError(ex);
            }
        }
    }

    @Test
    void runOfTheModelThatDoesNotReturnIsLeftAloneAndReported(CapturedOutput output)
            throws Exception {
        Path slow = TestModel.slow(2 * JOINTS, JOINTS).write(this.directory.resolve("slow.onnx"));
        Logger log = (Logger) LoggerFactory.getLogger("dev.rfx.session.onnx");
        log.setLevel(Level.WARN);
        StuckPolicy[] stuck = new StuckPolicy[1];
        try {
            this.application
                    .withUserConfiguration(OneRobot.class, Stuck.class)
                    .withPropertyValues(
                            location(slow.toString()),
                            "rfx.session.stop-timeout=50ms",
                            "rfx.session.watchdog.timeout=0")
                    .run(
                            context -> {
                                stuck[0] = context.getBean(StuckPolicy.class);
                                stuck[0].running.await();
                            });
        } finally {
            log.setLevel(null);
        }

        assertThat(output)
                .containsOnlyOnce("Model " + slow + " is not closed: a run is in progress");
        stuck[0].closed.await();
        assertClosed(stuck[0].policy);
    }

    // ---- applications

    @Configuration(proxyBeanMethods = false)
    static class OneRobot {

        @Bean
        MockRobot robot(SessionOptions options) {
            return new MockRobot(JOINTS, options.rateHz());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class FailingApplication extends OneRobot {}

    @Configuration(proxyBeanMethods = false)
    static class OtherPolicy {

        @Bean
        Policy<Observation, Tensor> other() {
            Tensor home = Tensor.zeros(JOINTS);
            return observation -> home;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherPrimaryPolicy {

        @Bean
        @Primary
        Policy<Observation, Tensor> other() {
            Tensor home = Tensor.zeros(JOINTS);
            return observation -> home;
        }
    }

    static final class CountingPolicy extends PolicyDecorator<Observation, Tensor> {

        volatile int calls;

        CountingPolicy(Policy<Observation, Tensor> policy) {
            super(policy);
        }

        @Override
        public Tensor selectAction(Observation observation) throws Exception {
            this.calls = this.calls + 1;
            return super.selectAction(observation);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Wrapped {

        @Bean
        @Primary
        CountingPolicy counting(OnnxPolicy trained) {
            return new CountingPolicy(trained);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Stuck {

        @Bean
        @Primary
        StuckPolicy stuck(OnnxPolicy trained) {
            return new StuckPolicy(trained);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSession {

        @Bean
        Session own(Robot<Observation, Tensor> robot, OnnxPolicy policy, SessionOptions options) {
            return new Session(robot, policy, options);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SessionAtAnotherRate {

        @Bean
        Session own(Robot<Observation, Tensor> robot, OnnxPolicy policy, SessionOptions options) {
            return new Session(robot, policy, options.withRateHz(100));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherSession {

        @Bean
        Session own(Robot<Observation, Tensor> robot, SessionOptions options) {
            Tensor home = Tensor.zeros(JOINTS);
            return new Session(robot, observation -> home, options);
        }
    }
}
