package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualSession;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a policy says about itself, and who asks it. */
@Timeout(60)
class PolicyDetailsTests {

    private static final SessionOptions OPTIONS = SessionOptions.defaults();

    private final List<String> calls = new ArrayList<>();

    private final class NotingRobot extends RobotDecorator<Observation, Tensor> {

        NotingRobot() {
            super(new MockRobot(1, 50));
        }

        @Override
        public Observation reset() throws Exception {
            PolicyDetailsTests.this.calls.add("robot.reset");
            return super.reset();
        }

        @Override
        public void stop() throws Exception {
            PolicyDetailsTests.this.calls.add("robot.stop");
            super.stop();
        }
    }

    private final class NotingPolicy implements Policy<Observation, Tensor> {

        private final Supplier<Map<String, String>> details;

        NotingPolicy(Supplier<Map<String, String>> details) {
            this.details = details;
        }

        @Override
        public void prepare() {
            PolicyDetailsTests.this.calls.add("prepare");
        }

        @Override
        public Map<String, String> details() {
            PolicyDetailsTests.this.calls.add("details");
            return this.details.get();
        }

        @Override
        public void reset() {
            PolicyDetailsTests.this.calls.add("reset");
        }

        @Override
        public Tensor selectAction(Observation observation) {
            return Tensor.of(0);
        }
    }

    private static Policy<Observation, Tensor> described(String name, String value) {
        return new PolicyDecorator<>(observation -> Tensor.of(0)) {
            @Override
            public Map<String, String> details() {
                return Map.of(name, value);
            }
        };
    }

    @Test
    void sessionAsksOncePerRunWhenThePolicyIsReadyAndKeepsTheAnswer() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("model", "walk.onnx");
        details.put("inputs", "obs FLOAT [1, 48]");
        details.put("a", "last");
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(new NotingRobot(), new NotingPolicy(() -> details), OPTIONS)) {
            assertThat(session.session().policyDetails()).isEmpty();

            session.step(100);
            details.put("model", "of the next run");

            assertThat(this.calls).containsExactly("prepare", "details", "robot.reset", "reset");
            assertThat(session.session().policyDetails().toString())
                    .isEqualTo("{model=walk.onnx, inputs=obs FLOAT [1, 48], a=last}");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> session.session().policyDetails().clear());
            session.session().stop();
            assertThat(session.session().policyDetails()).containsEntry("model", "walk.onnx");

            session.session().start();

            assertThat(session.session().policyDetails()).containsEntry("model", "of the next run");
            assertThat(Collections.frequency(this.calls, "details")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "null", "null value"})
    void robotIsNotResetIfThereAreNoDetails(String problem) {
        Map<String, String> withNull = new LinkedHashMap<>();
        withNull.put("model", null);
        NotingPolicy policy =
                new NotingPolicy(
                        () ->
                                switch (problem) {
                                    case "null" -> null;
                                    case "null value" -> withNull;
                                    default -> throw new IllegalStateException("details() throws");
                                });
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(new NotingRobot(), policy, OPTIONS)) {
            session.step(1);

            assertThat(session.failure()).hasMessageContaining("details() ");
            assertThat(session.failure().phase()).isEqualTo(SessionPhase.RESET);
            assertThat(session.session().policyDetails()).isEmpty();
            assertThat(this.calls).containsExactly("prepare", "details", "robot.stop");
        }
    }

    @Test
    void robotIsNotResetIfAStopIsRequestedMeanwhile() {
        List<Session> stopped = new ArrayList<>();
        NotingPolicy policy =
                new NotingPolicy(
                        () -> {
                            stopped.get(0).requestStop();
                            return Map.of("model", "walk.onnx");
                        });
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(new NotingRobot(), policy, OPTIONS)) {
            stopped.add(session.session());

            session.step(1);

            assertThat(session.failure()).isNull();
            assertThat(this.calls).containsExactly("prepare", "details", "robot.stop");
        }
    }

    @Test
    void policyThatSwitchesHasTheDetailsOfAll() {
        Policy<Observation, Tensor> plain = observation -> Tensor.of(0);
        SwitchablePolicy<Observation, Tensor> inner =
                new SwitchablePolicy<>(plain, described("sha256", "3b"));
        SwitchablePolicy<Observation, Tensor> policy =
                new SwitchablePolicy<>(described("model", "a"), described("model", "b"), inner);

        assertThat(policy.details().toString()).isEqualTo("{1.model=a, 2.model=b, 3.2.sha256=3b}");
    }

    @Test
    void policyHasNoDetailsByDefault() {
        Policy<Observation, Tensor> plain = observation -> Tensor.of(0);
        assertThat(plain.details()).isEmpty();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(new NotingRobot(), plain, OPTIONS)) {
            session.step(1);
            assertThat(session.session().policyDetails()).isEmpty();
        }
    }
}
