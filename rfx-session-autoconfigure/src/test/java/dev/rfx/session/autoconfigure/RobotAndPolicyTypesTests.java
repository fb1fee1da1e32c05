package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/** Robots and policies whose types come from generic classes, such as decorators. */
class RobotAndPolicyTypesTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(SessionAutoConfiguration.class));

    private void assertRefused(Class<?> configuration, String... parts) {
        this.runner
                .withUserConfiguration(configuration)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(RobotPolicyMismatchException.class)
                                        .message()
                                        .contains(parts));
    }

    private void assertConnected(Class<?> configuration) {
        this.runner
                .withUserConfiguration(configuration)
                .run(context -> assertThat(context).hasSingleBean(Session.class));
    }

    private record Pose(float x) {}

    /** A class that also implements a raw interface. */
    @SuppressWarnings({"rawtypes", "serial"})
    private static final class Force implements Comparable {

        @Override
        public int compareTo(Object other) {
            return 0;
        }
    }

    private static class Wrap<O, A> implements Robot<O, A> {

        @Override
        public O observe() {
            throw new IllegalStateException("not to be called");
        }

        @Override
        public void act(A action) {}

        @Override
        public O reset() {
            return observe();
        }
    }

    private static final class Listing<T> extends Wrap<List<T>, Tensor> {}

    private static final class Open<O extends Number> extends Wrap<O, Tensor> {}

    private static final class Replay<A, O> implements Policy<O, A> {

        @Override
        public A selectAction(O observation) {
            throw new IllegalStateException("not to be called");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class GenericRobot {

        @Bean
        Wrap<Observation, Tensor> robot() {
            return new Wrap<>();
        }

        @Bean
        Policy<Pose, Tensor> policy() {
            return pose -> Tensor.of(pose.x());
        }
    }

    @Test
    void genericRobotIsCheckedAgainstThePolicy() {
        assertRefused(
                GenericRobot.class,
                "The robot bean 'robot' is a Robot<dev.rfx.session.Observation,"
                        + " dev.rfx.session.Tensor>",
                "Pose, dev.rfx.session.Tensor>");
    }

    @Configuration(proxyBeanMethods = false)
    static class GenericPolicy {

        @Bean
        MockRobot robot() {
            return new MockRobot(6, 50);
        }

        @Bean
        Replay<Force, Observation> policy() {
            return new Replay<>();
        }
    }

    @Test
    void genericPolicyIsCheckedAgainstTheRobot() {
        assertRefused(GenericPolicy.class, "Policy<dev.rfx.session.Observation, ", "Force>");
    }

    @Configuration(proxyBeanMethods = false)
    static class Fitting {

        @Bean
        Wrap<Observation, Tensor> robot() {
            return new Wrap<>();
        }

        @Bean
        Replay<Tensor, Observation> policy() {
            return new Replay<>();
        }
    }

    @Test
    void genericClassesThatFitAreConnected() {
        assertConnected(Fitting.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class HalfDeclared {

        @Bean
        Robot<?, ?> robot() {
            return new Listing<Pose>();
        }

        @Bean
        Policy<List<Pose>, Force> policy() {
            return poses -> new Force();
        }
    }

    @Test
    void typeThatTheClassTellsIsCheckedWhereTheOtherIsUnknown() {
        assertRefused(HalfDeclared.class, "is a Robot<", ", dev.rfx.session.Tensor>", "Force>");
    }

    @Configuration(proxyBeanMethods = false)
    static class WrongElements {

        @Bean
        Listing<Pose> robot() {
            return new Listing<>();
        }

        @Bean
        Policy<List<String>, Tensor> policy() {
            return texts -> Tensor.of(texts.size());
        }
    }

    @Test
    void typeArgumentsOfATypeAreChecked() {
        assertRefused(WrongElements.class, "Robot<java.util.List<", "Policy<java.util.List<");
    }

    @Test
    void boundOfAVariableThatIsLeftOpenIsNotJudged() {
        assertConnected(OpenRobot.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class OpenRobot {

        @Bean
        Robot<?, ?> robot() {
            return new Open<Integer>();
        }

        @Bean
        Policy<String, Tensor> policy() {
            return text -> Tensor.of(text.length());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoNumbers {

        @Bean
        Wrap<Pose, Force> robot() {
            return new Wrap<>();
        }

        @Bean
        Policy<Pose, Force> policy() {
            return pose -> new Force();
        }
    }

    @Test
    void limitsOfAGenericRobotThatTakesNoNumbersAreRefused() {
        this.runner
                .withUserConfiguration(NoNumbers.class)
                .withPropertyValues("rfx.session.limits.max=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .message()
                                        .contains("The robot bean 'robot' takes ", "Force"));
    }

    @Configuration(proxyBeanMethods = false)
    static class ManyRobots {

        @Bean
        MockRobot robot() {
            return new MockRobot(6, 50);
        }

        @Bean
        @Fallback
        MockRobot simulation() {
            return new MockRobot(6, 50);
        }

        @Bean(defaultCandidate = false)
        MockRobot spare() {
            return new MockRobot(6, 50);
        }

        @Bean
        Policy<Pose, Tensor> policy() {
            return pose -> Tensor.of(pose.x());
        }
    }

    @Test
    void robotThatWasInjectedIsTheOneThatIsChecked() {
        assertRefused(ManyRobots.class, "The robot bean 'robot' is a Robot<");
    }
}
