package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.bind.Bindable;

/**
 * Refuses an application that sets a safety property which one of its sessions does not have,
 * because the application declares that session or its options itself, or customizes them. A safety
 * property applies to its session or to all, or the application does not start.
 */
final class SafetyPropertiesCheck implements SmartInitializingSingleton {

    private record Setting(String name, Function<SessionOptions, @Nullable Object> value) {}

    private static final List<Setting> SETTINGS =
            List.of(
                    new Setting("stop-timeout", SessionOptions::stopTimeout),
                    new Setting("duration", SessionOptions::duration),
                    new Setting("watchdog.timeout", SessionOptions::watchdogTimeout),
                    new Setting("watchdog.action", SessionOptions::watchdogAction),
                    new Setting("max-observation-age", SessionOptions::maxObservationAge),
                    new Setting("max-stale-iterations", SessionOptions::maxStaleIterations),
                    new Setting("limits", SessionOptions::limits),
                    new Setting("engage", SessionOptions::engage),
                    new Setting("restart", SessionOptions::restart));

    private static final Set<String> GROUPS = Set.of("limits", "engage", "restart");

    private final ListableBeanFactory beanFactory;
    private final ConfiguredSessions configured;

    SafetyPropertiesCheck(ListableBeanFactory beanFactory, ConfiguredSessions configured) {
        this.beanFactory = beanFactory;
        this.configured = configured;
    }

    /**
     * Checks all sessions of this context, before the first one starts.
     *
     * @throws ConfigurationException if a session does not have the value of a property
     */
    @Override
    public void afterSingletonsInstantiated() {
        SessionBeans.of(this.beanFactory).forEach(this::check);
    }

    private void check(String name, Session session) {
        ConfiguredSession configured = this.configured.ofBean(name);
        SessionOptions wanted = configured.options();
        for (Setting setting : SETTINGS) {
            Object value = setting.value().apply(wanted);
            Object present = setting.value().apply(session.options());
            if (!Objects.equals(present, value) && isSet(configured, setting, value)) {
                throw isNotApplied(
                        configured.nameOf(setting.name()),
                        value,
                        name,
                        present,
                        configured.isNamed() ? configured.name() : name);
            }
        }
    }

    /** The binder does not find the keys of a group in every kind of property source. */
    private static boolean isSet(
            ConfiguredSession configured, Setting setting, @Nullable Object value) {
        return !Objects.equals(value, setting.value().apply(SessionOptions.defaults()))
                || (value != null && configured.isBound(setting.name(), typeOf(setting)));
    }

    private static Bindable<?> typeOf(Setting setting) {
        return GROUPS.contains(setting.name())
                ? Bindable.mapOf(String.class, Object.class)
                : Bindable.of(Object.class);
    }

    private static ConfigurationException isNotApplied(
            String property,
            @Nullable Object wanted,
            String bean,
            @Nullable Object actual,
            String session) {
        return new ConfigurationException(
                "%s is %s, but the Session bean '%s' has %s"
                        .formatted(property, wanted, bean, actual == null ? "none" : actual),
                """
                Remove the property and set the option in code. Or create the session with the \
                SessionFactory of the starter, which applies the properties:

                    @Bean
                    Session %s(SessionFactory sessions) {
                        return sessions.create("%s", robot, policy);
                    }
                """
                        .formatted(bean, session));
    }
}
