package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import java.lang.reflect.TypeVariable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.ResolvableType;

/**
 * Checks what the compiler cannot where beans meet: that the policy understands the robot's
 * observations, and the robot the policy's actions.
 */
final class RobotAndPolicyTypes {

    private final String robotName;
    private final ResolvableType robotType;
    private final String policyName;
    private final ResolvableType policyType;

    private RobotAndPolicyTypes(
            String robotName,
            ResolvableType robotType,
            String policyName,
            ResolvableType policyType) {
        this.robotName = robotName;
        this.robotType = robotType;
        this.policyName = policyName;
        this.policyType = policyType;
    }

    static RobotAndPolicyTypes of(
            ConfigurableListableBeanFactory beanFactory, Robot<?, ?> robot, Policy<?, ?> policy) {
        String robotName = beanFactory.resolveNamedBean(Robot.class).getBeanName();
        String policyName = beanFactory.resolveNamedBean(Policy.class).getBeanName();
        return new RobotAndPolicyTypes(
                robotName,
                typeOf(beanFactory, robotName, robot, Robot.class),
                policyName,
                typeOf(beanFactory, policyName, policy, Policy.class));
    }

    void requireThatTheyFit() {
        if (!fits(this.policyType.getGeneric(0), this.robotType.getGeneric(0))
                || !fits(this.robotType.getGeneric(1), this.policyType.getGeneric(1))) {
            throw new RobotPolicyMismatchException(
                    this.robotName, this.robotType, this.policyName, this.policyType);
        }
    }

    /**
     * Limits are for numbers.
     *
     * @throws InvalidConfigurationPropertyValueException if the robot takes something else
     */
    void requireThatActionsCanBeLimited() {
        ResolvableType action = this.robotType.getGeneric(1);
        if (!fits(action, ResolvableType.forClass(Tensor.class))) {
            throw new InvalidConfigurationPropertyValueException(
                    "rfx.session.limits",
                    null,
                    "The robot bean '%s' takes %s, but limits are for actions of type Tensor"
                            .formatted(this.robotName, action));
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
