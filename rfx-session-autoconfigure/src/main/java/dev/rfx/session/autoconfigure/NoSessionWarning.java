package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Warns if an application has a robot or a policy but no session, or configures an arm or a model
 * that it does not use. Otherwise nothing would explain why the robot does not move.
 */
final class NoSessionWarning implements SmartInitializingSingleton {

    private static final Logger logger = LoggerFactory.getLogger(NoSessionWarning.class);

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    NoSessionWarning(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (!SwitchedOffBeans.areSessionsEnabled(this.environment)) {
            return;
        }
        boolean port = NoSession.isPortSet(this.environment);
        boolean model = NoSession.isModelSet(this.environment);
        if (isThere(Session.class)) {
            if (port && !this.beanFactory.containsBean(So101AutoConfiguration.ARM)) {
                warnOfUnusedPort();
            }
            if (model && !this.beanFactory.containsBean(OnnxPolicyAutoConfiguration.POLICY)) {
                warnOfUnusedModel();
            }
        } else if (port || model || isHere(Robot.class) || isHere(Policy.class)) {
            NoSession why = NoSession.explain(this.beanFactory, this.environment);
            logger.warn(
                    "There is no session, so no robot moves: {}. {}", why.reason(), why.action());
        }
    }

    private void warnOfUnusedPort() {
        logger.warn(
                "{} is set, but the arm is not used: {}",
                So101AutoConfiguration.PORT,
                isThere(Robot.class)
                        ? "the application has a Robot bean of its own. Remove one of the two."
                        : "the application has no Robot bean, and excludes So101AutoConfiguration.");
    }

    private static void warnOfUnusedModel() {
        logger.warn(
                "{} is set, but the model is not used: the application excludes"
                        + " OnnxPolicyAutoConfiguration.",
                OnnxPolicyAutoConfiguration.MODEL);
    }

    private boolean isThere(Class<?> type) {
        return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                                this.beanFactory, type, true, false)
                        .length
                > 0;
    }

    /** Beans of a parent context do not count: the parent warns of them. */
    private boolean isHere(Class<?> type) {
        return this.beanFactory.getBeanNamesForType(type, true, false).length > 0;
    }
}
