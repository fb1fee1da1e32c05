package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import java.lang.reflect.TypeVariable;
import java.util.List;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.ResolvableType;

/**
 * Checks for beans what the compiler checks in code: the policy takes the observations of the robot
 * and returns its actions.
 */
final class RobotAndPolicyTypes {

    private final ConnectedBean robot;
    private final ConnectedBean policy;

    private RobotAndPolicyTypes(ConnectedBean robot, ConnectedBean policy) {
        this.robot = robot;
        this.policy = policy;
    }

    /** {@return the types of a robot and a policy, by the names of their beans} */
    static RobotAndPolicyTypes of(
            ConfigurableListableBeanFactory beanFactory,
            String robot,
            Object robotBean,
            String policy,
            Object policyBean) {
        return new RobotAndPolicyTypes(
                ConnectedBean.of(beanFactory, robot, robotBean, Robot.class),
                ConnectedBean.of(beanFactory, policy, policyBean, Policy.class));
    }

    void requireMatch() {
        if (!fits(this.policy.observation(), this.robot.observation())
                || !fits(this.robot.action(), this.policy.action())) {
            throw new RobotPolicyMismatchException(this.robot, this.policy);
        }
    }

    /**
     * Requires actions of type {@link Tensor}, which limits apply to.
     *
     * @throws InvalidConfigurationPropertyValueException if the robot takes other actions
     */
    void requireTensorActions() {
        if (!fits(this.robot.action(), ResolvableType.forClass(Tensor.class))) {
            throw new InvalidConfigurationPropertyValueException(
                    "rfx.session.limits",
                    null,
                    "The robot bean '%s' takes %s, but limits are for actions of type Tensor"
                            .formatted(this.robot.name(), this.robot.action()));
        }
    }

    private static boolean fits(ResolvableType target, ResolvableType source) {
        return isUnknown(target) || isUnknown(source) || target.isAssignableFrom(source);
    }

    /** A wildcard or an open type variable is unknown, and an unknown type matches any other. */
    private static boolean isUnknown(ResolvableType type) {
        return type.resolve() == null || (type.hasGenerics() && type.hasUnresolvableGenerics());
    }

    /** A robot or a policy with its two types, {@link ResolvableType#NONE} for an unknown one. */
    record ConnectedBean(String name, ResolvableType observation, ResolvableType action) {

        private static ConnectedBean of(
                ConfigurableListableBeanFactory beanFactory,
                String name,
                Object bean,
                Class<?> contract) {
            // The class of a lambda or a generic class lacks types that the bean method may have.
            ResolvableType type = ResolvableType.forClass(AopUtils.getTargetClass(bean));
            ResolvableType declared =
                    beanFactory.containsBeanDefinition(name)
                            ? beanFactory.getMergedBeanDefinition(name).getResolvableType()
                            : ResolvableType.NONE;
            return new ConnectedBean(
                    name,
                    argument(type, declared, contract, 0),
                    argument(type, declared, contract, 1));
        }

        private static ResolvableType argument(
                ResolvableType type, ResolvableType declared, Class<?> contract, int index) {
            ResolvableType argument = argument(type, contract, index);
            return isUnknown(argument) ? argument(declared, contract, index) : argument;
        }

        /**
         * Returns a type argument of the contract. A variable of a class between the two, such as O
         * of {@code Wrap<O, A> implements Robot<O, A>}, is resolved. An open variable is unknown:
         * it is not replaced by its bound.
         */
        private static ResolvableType argument(ResolvableType type, Class<?> declaring, int index) {
            ResolvableType argument = type.as(declaring).getGeneric(index);
            if (!(argument.getType() instanceof TypeVariable<?> variable)) {
                return argument;
            }
            if (!(variable.getGenericDeclaration() instanceof Class<?> owner)
                    || owner == declaring) {
                return ResolvableType.NONE;
            }
            return argument(type, owner, List.of(owner.getTypeParameters()).indexOf(variable));
        }
    }
}
