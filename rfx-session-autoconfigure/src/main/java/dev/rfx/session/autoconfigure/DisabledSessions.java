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
 * Removes the beans that create, start and expose sessions if {@code rfx.session.enabled} is false.
 * Usually {@link ConditionalOnSessionsEnabled} has kept them out before. In an application that was
 * processed ahead of time, conditions are evaluated at build time: without this class its robot
 * would move although the properties at run time disable it.
 */
final class DisabledSessions implements BeanFactoryPostProcessor {

    private final Environment environment;

    DisabledSessions(Environment environment) {
        this.environment = environment;
    }

    static boolean areEnabled(Environment environment) {
        return environment.getProperty(ConditionalOnSessionsEnabled.PROPERTY, Boolean.class, true);
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        if (areEnabled(this.environment)) {
            return;
        }
        BeanDefinitionRegistry registry = (BeanDefinitionRegistry) beanFactory;
        Arrays.stream(beanFactory.getBeanDefinitionNames())
                .filter(
                        bean ->
                                isForSessions(
                                        beanFactory,
                                        beanFactory.getBeanDefinition(bean).getFactoryBeanName()))
                .toList() // the definitions of the factories are needed until the last one is found
                .forEach(registry::removeBeanDefinition);
    }

    private static boolean isForSessions(
            ConfigurableListableBeanFactory beanFactory, @Nullable String configuration) {
        if (configuration == null || !beanFactory.containsBeanDefinition(configuration)) {
            return false;
        }
        Class<?> type = beanFactory.getType(configuration, false);
        return type != null
                && MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
                        .withEnclosingClasses(enclosing -> true)
                        .from(type)
                        .isPresent(ConditionalOnSessionsEnabled.class);
    }
}
