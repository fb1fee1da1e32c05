package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.metrics.SessionMetrics;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the meters {@code rfx.session.*}, which Spring Boot binds to every
 * registry.
 *
 * @since 0.1
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
public final class SessionMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    SessionMetrics rfxSessionMetrics(ListableBeanFactory beanFactory, Environment environment) {
        return new SessionMetrics(
                SessionBeans.of(beanFactory),
                // One for all: Prometheus refuses two types of a meter.
                ConfiguredSession.common(environment).properties().metrics().histogram());
    }
}
