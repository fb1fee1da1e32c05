package dev.rfx.session.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * Finds the beans of a type for a session: those without a qualifier, which are for all sessions,
 * and those with its name as the qualifier.
 */
final class QualifiedBeans {

    private QualifiedBeans() {}

    private static List<String> namesFor(
            String session, Class<?> type, ConfigurableListableBeanFactory beanFactory) {
        return Arrays.stream(beanFactory.getBeanNamesForType(type))
                .filter(bean -> !ScopedProxyUtils.isScopedTarget(bean))
                .filter(
                        bean -> {
                            Set<String> qualifiers = qualifiersOf(bean, beanFactory);
                            return qualifiers.isEmpty() || qualifiers.contains(session);
                        })
                .toList();
    }

    /** {@return the names of the beans with the name of the session, or else those for all} */
    static List<String> closestTo(
            String session, Class<?> type, ConfigurableListableBeanFactory beanFactory) {
        List<String> all = namesFor(session, type, beanFactory);
        List<String> qualified =
                all.stream().filter(bean -> !qualifiersOf(bean, beanFactory).isEmpty()).toList();
        return qualified.isEmpty() ? all : qualified;
    }

    /** {@return the beans of this context for a session, in their order} */
    static <T> List<T> of(
            String session, Class<T> type, ConfigurableListableBeanFactory beanFactory) {
        Map<Object, Object> sources = new IdentityHashMap<>();
        List<T> beans = new ArrayList<>();
        for (String name : namesFor(session, type, beanFactory)) {
            T bean = beanFactory.getBean(name, type);
            beans.add(bean);
            sources.put(bean, orderOf(name, beanFactory));
        }
        beans.sort(AnnotationAwareOrderComparator.INSTANCE.withSourceProvider(sources::get));
        return beans;
    }

    /** The bean method may have the order. */
    private static Object orderOf(String bean, ConfigurableListableBeanFactory beanFactory) {
        return beanFactory.containsBeanDefinition(bean)
                        && beanFactory.getMergedBeanDefinition(bean)
                                instanceof RootBeanDefinition definition
                        && definition.getResolvedFactoryMethod() != null
                ? definition.getResolvedFactoryMethod()
                : bean;
    }

    /** A match that always fails sees all values: the name of the bean, and its qualifiers. */
    static Set<String> qualifiersOf(String bean, BeanFactory beanFactory) {
        Set<String> qualifiers = new HashSet<>();
        BeanFactoryAnnotationUtils.isQualifierMatch(
                value -> {
                    qualifiers.add(value);
                    return false;
                },
                bean,
                beanFactory);
        qualifiers.remove(bean);
        for (String alias : beanFactory.getAliases(bean)) {
            qualifiers.remove(alias);
        }
        return qualifiers;
    }
}
