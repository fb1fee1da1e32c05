package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Tells why there is no session to inject, before Boot's own analyzer tells only that. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class NoSessionFailureAnalyzer
        extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    NoSessionFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
        this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        if (cause.getBeanType() != Session.class || cause.getNumberOfBeansFound() > 0) {
            return null;
        }
        if (!this.environment.getProperty("rfx.session.enabled", Boolean.class, true)) {
            return new FailureAnalysis(
                    "A bean needs a Session, but there is none: rfx.session.enabled is false.",
                    "Remove the property, or inject ObjectProvider<Session>.",
                    cause);
        }
        List<String> problems = new ArrayList<>();
        List<String> actions = new ArrayList<>();
        explain(Robot.class, problems, actions);
        explain(Policy.class, problems, actions);
        if (problems.isEmpty()) {
            return null;
        }
        return new FailureAnalysis(
                "A bean needs a Session, but there is none: "
                        + String.join(", and ", problems)
                        + ".",
                String.join(" ", actions),
                cause);
    }

    private void explain(Class<?> type, List<String> problems, List<String> actions) {
        String name = type.getSimpleName();
        List<String> candidates = candidates(type);
        if (candidates.isEmpty()) {
            problems.add("there is no " + name + " bean");
            actions.add("Declare a bean of type " + type.getName() + ".");
        } else if (candidates.size() > 1 && candidates.stream().noneMatch(this::isPrimary)) {
            problems.add(
                    "there are %d %s beans, %s".formatted(candidates.size(), name, candidates));
            actions.add(
                    "Mark one %s bean as @Primary, or declare a Session bean for each robot."
                            .formatted(name));
        }
    }

    private List<String> candidates(Class<?> type) {
        return Arrays.stream(
                        BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                                this.beanFactory, type, true, false))
                .filter(
                        bean ->
                                !this.beanFactory.containsBeanDefinition(bean)
                                        || this.beanFactory
                                                .getMergedBeanDefinition(bean)
                                                .isAutowireCandidate())
                .toList();
    }

    private boolean isPrimary(String bean) {
        return this.beanFactory.containsBeanDefinition(bean)
                && this.beanFactory.getMergedBeanDefinition(bean).isPrimary();
    }
}
