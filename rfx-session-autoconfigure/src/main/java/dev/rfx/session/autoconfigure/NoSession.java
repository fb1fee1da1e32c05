package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.env.Environment;

/**
 * Why the starter has made no session.
 *
 * @param reason one or more clauses, without a full stop
 * @param remedy what to do: one or more sentences
 */
record NoSession(String reason, String remedy) {

    static NoSession explain(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        if (!DisabledSessions.areEnabled(environment)) {
            return new NoSession(
                    ConditionalOnSessionsEnabled.PROPERTY + " is false",
                    "Remove the property, or inject ObjectProvider<Session>.");
        }
        Reasons reasons = new Reasons(beanFactory, environment);
        reasons.look(Robot.class);
        reasons.look(Policy.class);
        if (reasons.problems.isEmpty()) {
            reasons.add(
                    "the Robot bean and the Policy bean were not there when it was decided",
                    "An auto-configuration that declares them has to be before"
                            + " SessionAutoConfiguration. An application that is processed ahead of"
                            + " time (AOT) has to have them, and rfx.session.enabled, in its build.");
        }
        return new NoSession(
                String.join(", and ", reasons.problems), String.join(" ", reasons.remedies));
    }

    /** Whether an arm is asked for. As for the condition on the property, false asks for none. */
    static boolean isPortSet(Environment environment) {
        String port = environment.getProperty(So101AutoConfiguration.PORT);
        return port != null && !isFalse(port);
    }

    private static boolean isFalse(@Nullable String port) {
        return "false".equalsIgnoreCase(port);
    }

    private static final class Reasons {

        private final List<String> problems = new ArrayList<>();
        private final List<String> remedies = new ArrayList<>();
        private final ConfigurableListableBeanFactory beanFactory;
        private final Environment environment;

        Reasons(ConfigurableListableBeanFactory beanFactory, Environment environment) {
            this.beanFactory = beanFactory;
            this.environment = environment;
        }

        void add(String problem, String remedy) {
            this.problems.add(problem);
            this.remedies.add(remedy);
        }

        void look(Class<?> type) {
            List<String> candidates = candidates(type);
            if (candidates.isEmpty()) {
                missing(type);
            } else if (candidates.size() > 1) {
                String name = type.getSimpleName();
                add(
                        "there are %d %s beans, %s".formatted(candidates.size(), name, candidates),
                        "Mark one %s bean as @Primary, or declare a Session bean for each robot."
                                .formatted(name));
            }
        }

        private void missing(Class<?> type) {
            String problem = "there is no " + type.getSimpleName() + " bean";
            if (type == Robot.class && isPortSet(this.environment)) {
                add(
                        problem + ", although " + So101AutoConfiguration.PORT + " is set",
                        "Do not exclude So101AutoConfiguration, and set the property in the build,"
                                + " too, where the application is processed ahead of time (AOT).");
                return;
            }
            if (type == Robot.class
                    && isFalse(this.environment.getProperty(So101AutoConfiguration.PORT))) {
                problem +=
                        " (%s is false, so there is no arm)".formatted(So101AutoConfiguration.PORT);
            }
            add(problem, "Declare a bean of type " + type.getName() + ".");
        }

        /** Those of which Spring would inject one: the primary ones, if there are any. */
        private List<String> candidates(Class<?> type) {
            List<String> all =
                    Arrays.stream(
                                    BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                                            this.beanFactory, type, true, false))
                            .filter(bean -> !ScopedProxyUtils.isScopedTarget(bean))
                            .filter(bean -> has(bean, Reasons::isCandidate, true))
                            .toList();
            List<String> primary =
                    all.stream()
                            .filter(bean -> has(bean, BeanDefinition::isPrimary, false))
                            .toList();
            if (!primary.isEmpty()) {
                return primary;
            }
            List<String> usual =
                    all.stream()
                            .filter(bean -> !has(bean, BeanDefinition::isFallback, false))
                            .toList();
            return usual.isEmpty() ? all : usual;
        }

        private static boolean isCandidate(BeanDefinition definition) {
            return definition.isAutowireCandidate()
                    && (!(definition instanceof AbstractBeanDefinition bean)
                            || bean.isDefaultCandidate());
        }

        /** A bean without a definition, an object that was registered, has what others have. */
        private boolean has(String bean, Predicate<BeanDefinition> property, boolean otherwise) {
            for (BeanFactory factory = this.beanFactory;
                    factory instanceof ConfigurableListableBeanFactory listable;
                    factory = listable.getParentBeanFactory()) {
                if (listable.containsBeanDefinition(bean)) {
                    return property.test(listable.getMergedBeanDefinition(bean));
                }
            }
            return otherwise;
        }
    }
}
