package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import java.lang.reflect.TypeVariable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Checks what the compiler cannot where beans meet: that the policy understands the robot's
 * observations, and the robot the policy's actions.
 */
final class RobotAndPolicyTypes {

    private RobotAndPolicyTypes() {}

    static void check(
            ConfigurableListableBeanFactory beanFactory, Robot<?, ?> robot, Policy<?, ?> policy) {
        String robotName = beanFactory.resolveNamedBean(Robot.class).getBeanName();
        String policyName = beanFactory.resolveNamedBean(Policy.class).getBeanName();
        ResolvableType robotType = typeOf(beanFactory, robotName, robot, Robot.class);
        ResolvableType policyType = typeOf(beanFactory, policyName, policy, Policy.class);
        if (!fits(policyType.getGeneric(0), robotType.getGeneric(0))
                || !fits(robotType.getGeneric(1), policyType.getGeneric(1))) {
            throw new RobotPolicyMismatchException(robotName, robotType, policyName, policyType);
        }
    }

    private static boolean fits(ResolvableType target, ResolvableType source) {
        return isUnknown(target) || isUnknown(source) || target.isAssignableFrom(source);
    }

    /** What a bean does not tell, as a wildcard or a type variable does not, fits all. */
    private static boolean isUnknown(ResolvableType type) {
        return type.resolve() == null
                || type.getType() instanceof TypeVariable
                || type.hasUnresolvableGenerics();
    }

    /** The class tells it, unless it is a lambda's; then the bean method's return type may. */
    private static ResolvableType typeOf(
            ConfigurableListableBeanFactory beanFactory,
            String name,
            Object bean,
            Class<?> contract) {
        ResolvableType type = ResolvableType.forClass(AopUtils.getTargetClass(bean)).as(contract);
        if (type.hasUnresolvableGenerics() && beanFactory.containsBeanDefinition(name)) {
            return beanFactory.getMergedBeanDefinition(name).getResolvableType().as(contract);
        }
        return type;
    }
}
