package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
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

/**
 * Explains why there is no session to inject. The analyzer of Spring Boot, which comes later, would
 * only state that there is none.
 */
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
        if (cause.getBeanType() != Session.class || isThereASession()) {
            return null;
        }
        NoSession why = NoSession.explain(this.beanFactory, this.environment);
        return new FailureAnalysis(
                "A bean needs a Session, but there is none: " + why.reason() + ".",
                why.action(),
                cause);
    }

    /** Spring Boot explains a session that does not match the injection point. */
    private boolean isThereASession() {
        return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                                this.beanFactory, Session.class, true, false)
                        .length
                > 0;
    }
}
