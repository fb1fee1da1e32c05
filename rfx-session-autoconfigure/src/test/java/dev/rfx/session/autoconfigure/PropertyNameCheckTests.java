package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/** A property that does not exist keeps the application from starting. */
@ExtendWith(OutputCaptureExtension.class)
class PropertyNameCheckTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    OnnxPolicyAutoConfiguration.class,
                                    So101AutoConfiguration.class,
                                    SessionAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    limits.maximum        | limits.max
                    limits.max-speeds     | limits.max-speed
                    limits.maxspd         | limits.max-speed
                    limits.max-step       | limits.max-speed
                    limits.max.value      | limits.max
                    limits.on-violations  | limits.on-violation
                    limits.maximum[0]     | limits.max
                    limit.max             | limits.max
                    watchdog.timout       | watchdog.timeout
                    so101.calibraton      | so101.calibration
                    so101.timeout         | so101.read-timeout
                    so101.ports           | so101.port
                    restart.attempts      | restart.max-attempts
                    thread.cpu            | thread.cpus
                    health.p99-jitter     | health.max-p99-jitter
                    record.dir            | record.directory
                    recording.directory   | record.directory
                    onnx.modle            | onnx.model
                    onnx.default-poses    | onnx.default-pose
                    onnx.output.scal      | onnx.output.scale
                    onnx.output.denormalize.means | onnx.output.denormalize.mean
                    onnx.inputs[0].term   | onnx.inputs[0].terms
                    onnx.inputs.terms     | onnx.inputs
                    onnx.inputs[0].terms[3].scal   | onnx.inputs[0].terms[3].scale
                    onnx.inputs[1].terms[3].scal[1]| onnx.inputs[1].terms[3].scale
                    onnx.inputs[0].terms[3].clip.low | onnx.inputs[0].terms[3].clip
                    onnx.inputs[0].terms[2].phase.offset | onnx.inputs[0].terms[2].phase.offsets
                    onnx.outputs[1].joint | onnx.outputs[1].joints
                    onnx.recurrent[0].in  | onnx.recurrent[0].input
                    modle                 | onnx.model
                    enable                | enabled
                    durations             | duration
                    rate                  | rate-hz
                    observation-age       | max-observation-age
                    initial-delay         | restart.initial-delay
                    wathcdog.action       | watchdog.action
                    sessions.left.rate    | sessions.left.rate-hz
                    sessions.left.limits.maximum | sessions.left.limits.max
                    sessions.left.onnx.inputs[0].terms[3].scal | sessions.left.onnx.inputs[0].terms[3].scale
                    """)
    void propertyThatDoesNotExistIsRefusedNamingTheNearestOne(String property, String nearest) {
        this.runner
                .withPropertyValues("rfx.session." + property + "=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "There is no property 'rfx.session.%s', did you mean"
                                                                .formatted(property)
                                                        + " 'rfx.session.%s'? It is set to '1' in "
                                                                .formatted(nearest)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rfx.session.xyzzy", "rfx.session[0]"})
    void nothingIsSuggestedForWhatResemblesNothing(String property) {
        this.runner
                .withPropertyValues(property + "=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains("no property '" + property + "'. It is set to")
                                        .doesNotContain("did you mean"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limits.max=1,2",
                "limits.max[0]=1",
                "limits.maxSpeed=1",
                "limits.max_speed=1",
                "limits.MAX-SPEED=1",
                "thread.cpus[0]=1",
                "so101.sensors[0]=load",
                "so101.start-pose=0,0,0,0,0,0",
                "health.max-p99-jitter=1s",
                "record.maxDisk=20GB",
                "onnx.every=2",
                "onnx.inputs[0].terms[1].per-joint=true",
                "onnx.inputs[0].terms[1].perJoint=true",
                "onnx.inputs[1].terms[0].clip[1][0]=1",
                "onnx.inputs[0].terms[0].phase.offsets[1]=0.5",
                "onnx.outputs[2].scale[11]=2",
                "onnx.commands.base_velocity[0]=1",
                "onnx.commands.velocity=1,0,0",
                "onnx.tensors.base_ang_vel=gyro",
                "rate-hz=10"
            })
    void propertyMayBeSpelledInEachWayThatBootAccepts(String property) {
        this.runner
                .withPropertyValues("rfx.session." + property)
                .run(context -> assertThat(context).hasNotFailed());
    }

    private ApplicationContextRunner withVariables(String... variables) {
        Map<String, Object> environment = new HashMap<>();
        for (String variable : variables) {
            String[] nameAndValue = variable.split("=", 2);
            environment.put(nameAndValue[0], nameAndValue[1]);
        }
        return with(new SystemEnvironmentPropertySource("test-systemEnvironment", environment));
    }

    private ApplicationContextRunner with(PropertySource<?> source) {
        return this.runner.withInitializer(
                context -> context.getEnvironment().getPropertySources().addFirst(source));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RFX_SESSION_LIMITS_MAX=1",
                "RFX_SESSION_LIMITS_MAXSPEED=1",
                "RFX_SESSION_LIMITS_MAX_SPEED=1",
                "RFX_SESSION_LIMITS_MAX_SPEED_0=1",
                "RFX_SESSION_THREAD_CPUS_0=1",
                "RFX_SESSION_HEALTH_MAX_P99_JITTER=1s",
                "RFX_SESSION_SO101_READ_TIMEOUT=9ms",
                "rfx_session_rate_hz=60",
                "RFX_SESSION_ONNX_EVERY=2",
                "RFX_SESSION_ONNX_COMMANDS_VELOCITY=1,0,0",
                "RFX_SESSION_ONNX_COMMANDS_VELOCITY_0=1",
                "RFX_SESSION_ONNX_INPUTS_0_NAME=obs",
                "RFX_SESSION_ONNX_INPUTS_0_TERMS_1_PER_JOINT=true",
                "RFX_SESSION_ONNX_INPUTS_0_TERMS_1_PERJOINT=true",
                "RFX_SESSION_ONNX_INPUTS_0_TERMS_1_SCALE_2=1",
                "RFX_SESSION_ONNX_DEFAULT_POSE_11=1",
                "RFX_SESSION_SERVICE_HOST=10.0.0.1",
                "RFX_SESSION_SERVICE_PORT_HTTP=80",
                "RFX_SESSION_PORT=tcp://10.0.0.1:80",
                "RFX_SESSION_PORT_80_TCP_ADDR=10.0.0.1",
                "RFX_SESSION_PAGE_SERVICE_HOST=10.0.0.1"
            })
    void variableOfAPropertyOrOfKubernetesIsAccepted(String variable) {
        withVariables(variable).run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource({
        "RFX_SESSION_LIMITS_MAXIMUM, rfx.session.limits.max",
        "RFX_SESSION_LIMITS_MAX_SPEEDS, rfx.session.limits.max-speed",
        "RFX_SESSION_WATCHDOG_TIMOUT, rfx.session.watchdog.timeout",
        "RFX_SESSION_DURATIONS, rfx.session.duration",
        "RFX_SESSION_ONNX_MODLE, rfx.session.onnx.model",
        "RFX_SESSION_ONNX_INPUTS_0_TERMS_1_SCAL, rfx.session.onnx.inputs[0].terms[1].scale"
    })
    void variableOfNoPropertyIsRefusedNamingIt(String variable, String nearest) {
        withVariables(variable + "=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains("did you mean '" + nearest + "'?", variable));
    }

    /** Disabled sessions: their names are the same, and they need no robot. */
    private ApplicationContextRunner withSession(String property) {
        return this.runner.withPropertyValues(
                "rfx.session.sessions.left-arm.enabled=false", "rfx.session." + property);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sessions.left-arm=",
                "sessions.left-arm.limits.max[0]=1",
                "sessions.leftArm.limits.maxSpeed=1",
                "sessions.left-arm.so101.port=/dev/ttyACM0",
                "sessions.left-arm.onnx.inputs[0].terms[1].per-joint=true",
                "sessions.left-arm.onnx.commands.velocity=1"
            })
    void sessionHasTheNamesOfAll(String property) {
        withSession(property).run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RFX_SESSION_SESSIONS_LEFTARM_RATEHZ",
                "RFX_SESSION_SESSIONS_LEFT_ARM_RATE_HZ",
                "RFX_SESSION_SESSIONS_LEFTARM_LIMITS_MAX_0"
            })
    void variableOfASessionIsAccepted(String variable) {
        withSession("rate-hz=50")
                .withInitializer(
                        context ->
                                context.getEnvironment()
                                        .getPropertySources()
                                        .addFirst(
                                                new SystemEnvironmentPropertySource(
                                                        "test-systemEnvironment",
                                                        Map.of(variable, "1"))))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RFX_SESSION_SESSIONS_LEFTARM_RATE",
                "RFX_SESSION_SESSIONS_LEFTARM_METRICS_HISTOGRAM",
                "RFX_SESSION_SESSIONS_LEFTARM_PAGE_MAX_VIEWERS",
                "RFX_SESSION_SESSIONS_LEFT_RATEHZ",
                "RFX_SESSION_SESSIONS_RIGHT_RATEHZ"
            })
    void variableOfNoSessionIsRefused(String variable) {
        withSession("rate-hz=50")
                .withInitializer(
                        context ->
                                context.getEnvironment()
                                        .getPropertySources()
                                        .addFirst(
                                                new SystemEnvironmentPropertySource(
                                                        "test-systemEnvironment",
                                                        Map.of(variable, "1"))))
                .run(context -> assertThat(context).getFailure().hasMessageContaining(variable));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sessions.left.sessions.right.rate-hz", "sessions.left.enable"})
    void sessionHasNoOtherNames(String property) {
        this.runner
                .withPropertyValues("rfx.session." + property + "=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "There is no property 'rfx.session." + property));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"metrics.histogram", "metrics.histograms", "page.path", "page.max-viewers"})
    void propertyOfTheApplicationIsRefusedForOneSession(String property) {
        String nearest = property.equals("metrics.histograms") ? "metrics.histogram" : property;
        withSession("sessions.left-arm." + property + "=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "There is no property 'rfx.session.sessions.left-arm."
                                                        + property
                                                        + "', did you mean 'rfx.session."
                                                        + nearest
                                                        + "'?"));
    }

    @Test
    void placeInTheFileIsNamedForEachOfSeveral() throws Exception {
        PropertySource<?> yaml =
                new YamlPropertySourceLoader()
                        .load(
                                "application.yml",
                                new ByteArrayResource(
                                        """
                                        rfx:
                                          session:
                                            limits:
                                              maximum: [1, 2]
                                            watchdog:
                                              timout: 1s
                                        """
                                                .getBytes(),
                                        "application.yml"))
                        .get(0);
        with(yaml)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "'rfx.session.limits.maximum[0]', did you mean"
                                                        + " 'rfx.session.limits.max'?",
                                                "application.yml] - 4:17",
                                                "application.yml] - 6:15",
                                                "Below rfx.session.watchdog there are: timeout,"
                                                        + " action."));
    }

    @Test
    void propertiesOfOthersAreNotJudged() {
        this.runner
                .withPropertyValues(
                        "rfx.sessions.limits=1", "rfx.other=1", "sample.limits.maximum=1")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void explanationComesBeforeThatOfWhatIsMissingForIt(CapturedOutput output) {
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE);

        assertThatThrownBy(
                        () ->
                                application.run(
                                        "--rfx.session.so101.port=/dev/ttyACM0",
                                        "--rfx.session.so101.calibraton=arm.json"))
                .isInstanceOf(ConfigurationException.class);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(
                        "There is no property 'rfx.session.so101.calibraton', did you mean"
                                + " 'rfx.session.so101.calibration'? It is set to 'arm.json' in")
                .contains("Correct its name, or remove it")
                .doesNotContain("\tat ");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}
}
