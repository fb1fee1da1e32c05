package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.core.ResolvableType;

/**
 * Checks what the compiler cannot where beans meet: that the policy understands the robot's
 * observations, and the robot the policy's actions.
 */
final class RobotAndPolicyTypes {

    private RobotAndPolicyTypes() {}

    static void check(
            ConfigurableListableBeanFactory beanFactory,
            NamedBeanHolder<Robot<?, ?>> robot,
            NamedBeanHolder<Policy<?, ?>> policy) {
        ResolvableType robotType = typeOf(beanFactory, robot, Robot.class);
        ResolvableType policyType = typeOf(beanFactory, policy, Policy.class);
        if (!fits(policyType.getGeneric(0), robotType.getGeneric(0))
                || !fits(robotType.getGeneric(1), policyType.getGeneric(1))) {
            throw new RobotPolicyMismatchException(
                    robot.getBeanName(), robotType, policy.getBeanName(), policyType);
        }
    }

    /** A type that a bean does not tell, as a wildcard or the lambda of a raw type, fits all. */
    private static boolean fits(ResolvableType target, ResolvableType source) {
        return target.resolve() == null
                || source.resolve() == null
                || target.isAssignableFrom(source);
    }

    /** The class tells it, unless it is a lambda's; then the bean method's return type may. */
    private static ResolvableType typeOf(
            ConfigurableListableBeanFactory beanFactory,
            NamedBeanHolder<?> bean,
            Class<?> contract) {
        ResolvableType type =
                ResolvableType.forClass(AopUtils.getTargetClass(bean.getBeanInstance()))
                        .as(contract);
        if (type.hasUnresolvableGenerics()
                && beanFactory.containsBeanDefinition(bean.getBeanName())) {
            return beanFactory
                    .getMergedBeanDefinition(bean.getBeanName())
                    .getResolvableType()
                    .as(contract);
        }
        return type;
    }
}
