package dev.rfx.session.autoconfigure;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;

/**
 * Removes the beans of each configuration whose {@link ConditionalOnSwitch} does not match. Usually
 * the condition has kept them out before. In an application that was processed ahead of time,
 * conditions are evaluated at build time: without this class its robot would move although the
 * properties at run time disable it.
 */
final class SwitchedOffBeans implements BeanFactoryPostProcessor {

    private final Environment environment;

    SwitchedOffBeans(Environment environment) {
        this.environment = environment;
    }

    /** {@return whether {@code rfx.session.enabled} is not false} */
    static boolean areSessionsEnabled(Environment environment) {
        return OnSwitch.isOn(
                MergedAnnotations.from(ConditionalOnSessionsEnabled.class)
                        .get(ConditionalOnSwitch.class),
                environment);
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        BeanDefinitionRegistry registry = (BeanDefinitionRegistry) beanFactory;
        Arrays.stream(beanFactory.getBeanDefinitionNames())
                .filter(
                        bean ->
                                isSwitchedOff(
                                        beanFactory,
                                        beanFactory.getBeanDefinition(bean).getFactoryBeanName()))
                .toList() // the definitions of the factories are needed until the last one is found
                .forEach(registry::removeBeanDefinition);
    }

    private boolean isSwitchedOff(
            ConfigurableListableBeanFactory beanFactory, @Nullable String configuration) {
        if (configuration == null || !beanFactory.containsBeanDefinition(configuration)) {
            return false;
        }
        Class<?> type = beanFactory.getType(configuration, false);
        return type != null
                && MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
                        .withEnclosingClasses(enclosing -> true)
                        .from(type)
                        .stream(ConditionalOnSwitch.class)
                        .anyMatch(condition -> !OnSwitch.isOn(condition, this.environment));
    }
}
