package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * The reason why there is no auto-configured session.
 *
 * @param reason one or more clauses, without a full stop
 * @param action what the user can do: one or more sentences
 */
record NoSession(String reason, String action) {

    static NoSession explain(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        if (!SwitchedOffBeans.areSessionsEnabled(environment)) {
            return new NoSession(
                    ConditionalOnSessionsEnabled.PROPERTY + " is false",
                    "Remove the property, or inject ObjectProvider<Session>.");
        }
        if (new ConfiguredSessions(environment).areThere()) {
            return new NoSession(
                    "all sessions of %s are disabled".formatted(ConfiguredSessions.GROUP),
                    "Remove the property enabled of one of them, or inject"
                            + " ObjectProvider<Session>.");
        }
        Reasons reasons = new Reasons(beanFactory, environment);
        reasons.look(Robot.class);
        reasons.look(Policy.class);
        if (reasons.problems.isEmpty()) {
            reasons.add(
                    "the Robot bean and the Policy bean were not there when the conditions were evaluated",
                    "An auto-configuration that declares them must be ordered before"
                            + " SessionAutoConfiguration. An application that is processed ahead of"
                            + " time (AOT) needs them at build time.");
        }
        return new NoSession(
                String.join(", and ", reasons.problems), String.join(" ", reasons.actions));
    }

    /** {@return whether an arm is configured; as for the condition, {@code false} means none} */
    static boolean isPortSet(Environment environment) {
        return isSet(environment, So101AutoConfiguration.PORT);
    }

    /** {@return whether a model is configured; as for the condition, {@code false} means none} */
    static boolean isModelSet(Environment environment) {
        return isSet(environment, OnnxPolicyAutoConfiguration.MODEL);
    }

    private static boolean isSet(Environment environment, String property) {
        String value = environment.getProperty(property);
        return value != null && !isFalse(value);
    }

    private static boolean isFalse(@Nullable String value) {
        return "false".equalsIgnoreCase(value);
    }

    private static final class Reasons {

        private final List<String> problems = new ArrayList<>();
        private final List<String> actions = new ArrayList<>();
        private final ConfigurableListableBeanFactory beanFactory;
        private final Environment environment;

        Reasons(ConfigurableListableBeanFactory beanFactory, Environment environment) {
            this.beanFactory = beanFactory;
            this.environment = environment;
        }

        void add(String problem, String action) {
            this.problems.add(problem);
            this.actions.add(action);
        }

        void look(Class<?> type) {
            List<String> candidates = Candidates.of(this.beanFactory, type);
            if (candidates.isEmpty()) {
                missing(type);
            } else if (candidates.size() > 1) {
                String name = type.getSimpleName();
                add(
                        "there are %d %s beans, %s".formatted(candidates.size(), name, candidates),
                        "Mark one %s bean as @Primary, or set rfx.session.%s to the name of one. For several robots, name a session for each below %s."
                                .formatted(
                                        name,
                                        name.toLowerCase(Locale.ROOT),
                                        ConfiguredSessions.GROUP));
            }
        }

        private void missing(Class<?> type) {
            boolean robot = type == Robot.class;
            String property =
                    robot ? So101AutoConfiguration.PORT : OnnxPolicyAutoConfiguration.MODEL;
            String problem = "there is no " + type.getSimpleName() + " bean";
            if (isSet(this.environment, property)) {
                add(
                        problem + ", although " + property + " is set",
                        "Do not exclude %s."
                                .formatted(
                                        robot
                                                ? "So101AutoConfiguration"
                                                : "OnnxPolicyAutoConfiguration"));
                return;
            }
            if (isFalse(this.environment.getProperty(property))) {
                problem +=
                        " (%s is false, so there is no %s)"
                                .formatted(property, robot ? "arm" : "trained policy");
            }
            add(problem, "Declare a bean of type " + type.getName() + ".");
        }
    }
}
