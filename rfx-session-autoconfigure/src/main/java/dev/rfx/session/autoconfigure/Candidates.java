package dev.rfx.session.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/** Names the beans that Spring considers for an injection by type. */
final class Candidates {

    private Candidates() {}

    /** {@return the candidates of a type: the primary ones, if any} */
    static List<String> of(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
        List<String> all =
                all(beanFactory, type).stream()
                        .filter(bean -> has(beanFactory, bean, Candidates::isCandidate, true))
                        .toList();
        List<String> primary =
                all.stream()
                        .filter(bean -> has(beanFactory, bean, BeanDefinition::isPrimary, false))
                        .toList();
        if (!primary.isEmpty()) {
            return primary;
        }
        List<String> usual =
                all.stream()
                        .filter(bean -> !has(beanFactory, bean, BeanDefinition::isFallback, false))
                        .toList();
        return usual.isEmpty() ? all : usual;
    }

    /** {@return all beans of a type, those of the parent contexts included} */
    static List<String> all(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
        return Arrays.stream(
                        BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                                beanFactory, type, true, false))
                .filter(bean -> !ScopedProxyUtils.isScopedTarget(bean))
                .toList();
    }

    private static boolean isCandidate(BeanDefinition definition) {
        return definition.isAutowireCandidate()
                && (!(definition instanceof AbstractBeanDefinition bean)
                        || bean.isDefaultCandidate());
    }

    /** A registered singleton has no definition, and gets the default of the property. */
    private static boolean has(
            ConfigurableListableBeanFactory beanFactory,
            String bean,
            Predicate<BeanDefinition> property,
            boolean otherwise) {
        for (BeanFactory factory = beanFactory;
                factory instanceof ConfigurableListableBeanFactory listable;
                factory = listable.getParentBeanFactory()) {
            if (listable.containsBeanDefinition(bean)) {
                return property.test(listable.getMergedBeanDefinition(bean));
            }
        }
        return otherwise;
    }
}
