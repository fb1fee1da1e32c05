package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Refuses an application that sets a safety property which one of its sessions does not have,
 * because the application declares that session or its options itself. A safety property applies to
 * all sessions, or the application does not start.
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
    private final SessionProperties properties;
    private final ObjectProvider<SessionOptions> options;
    private final Environment environment;

    SafetyPropertiesCheck(
            ListableBeanFactory beanFactory,
            SessionProperties properties,
            ObjectProvider<SessionOptions> options,
            Environment environment) {
        this.beanFactory = beanFactory;
        this.properties = properties;
        this.options = options;
        this.environment = environment;
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
        if (isOurs(name)) {
            checkOptions(name, this.options.getObject());
            return;
        }
        checkOptions(name, session.options());
    }

    private boolean isOurs(String name) {
        return name.equals(SessionAutoConfiguration.SESSION)
                && this.beanFactory.getBeanNamesForType(
                                        SessionAutoConfiguration.SessionConfiguration.class)
                                .length
                        > 0;
    }

    private void checkOptions(String session, SessionOptions actual) {
        SessionOptions wanted = this.properties.toOptions();
        for (Setting setting : SETTINGS) {
            String property = PropertyNames.PREFIX + "." + setting.name();
            Object value = setting.value().apply(wanted);
            Object present = setting.value().apply(actual);
            if (!Objects.equals(present, value) && isSet(property, setting, value)) {
                throw isNotApplied(property, value, session, present);
            }
        }
    }

    /** The binder does not find the keys of a group in every kind of property source. */
    private boolean isSet(String property, Setting setting, @Nullable Object value) {
        return !Objects.equals(value, setting.value().apply(SessionOptions.defaults()))
                || (value != null
                        && Binder.get(this.environment).bind(property, typeOf(setting)).isBound());
    }

    private static Bindable<?> typeOf(Setting setting) {
        return GROUPS.contains(setting.name())
                ? Bindable.mapOf(String.class, Object.class)
                : Bindable.of(Object.class);
    }

    private static ConfigurationException isNotApplied(
            String property, @Nullable Object wanted, String session, @Nullable Object actual) {
        return new ConfigurationException(
                "%s is %s, but the Session bean '%s' has %s"
                        .formatted(property, wanted, session, actual == null ? "none" : actual),
                """
                Remove the property and set the option in code. Or inject the SessionOptions of the \
                starter, which have the properties, instead of declaring a SessionOptions bean:

                    @Bean
                    Session %s(SessionOptions options) {
                        return new Session(robot, policy, options.withName("%1$s"));
                    }
                """
                        .formatted(session));
    }
}
