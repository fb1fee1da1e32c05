package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The sessions of {@code rfx.session.sessions}. */
final class ConfiguredSessions {

    /** Below it are the names of the sessions. */
    static final ConfigurationPropertyName GROUP =
            ConfigurationPropertyName.of("rfx.session.sessions");

    private final Environment environment;

    /** By the group of their properties, whose comparison ignores dashes. */
    private final Map<ConfigurationPropertyName, ConfiguredSession> sessions =
            new LinkedHashMap<>();

    ConfiguredSessions(Environment environment) {
        this.environment = environment;
        names(environment)
                .forEach(
                        (group, name) ->
                                this.sessions.put(
                                        group, ConfiguredSession.named(name, group, environment)));
    }

    /**
     * Returns the names by group. The sources with the lowest precedence come first: the files of
     * an application before what overrides them. An environment variable names no session, because
     * an underscore in it is a dot or a dash. It overrides a property of a session that another
     * source names.
     */
    private static Map<ConfigurationPropertyName, String> names(Environment environment) {
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(source -> sources.add(0, source));
        Map<ConfigurationPropertyName, String> names = new LinkedHashMap<>();
        for (ConfigurationPropertySource source : sources) {
            if (source instanceof IterableConfigurationPropertySource iterable
                    && !isEnvironment(source)) {
                iterable.stream()
                        .filter(GROUP::isAncestorOf)
                        .forEach(property -> addNameOf(property, names));
            }
        }
        return names;
    }

    /** Another source may spell the name of a session in its own way: {@code leftArm}. */
    private static void addNameOf(
            ConfigurationPropertyName property, Map<ConfigurationPropertyName, String> names) {
        int element = GROUP.getNumberOfElements();
        ConfigurationPropertyName group = property.chop(element + 1);
        if (group.isLastElementIndexed()) {
            // A dash counts in brackets: the names would differ, but not those of the beans.
            names.putIfAbsent(group, "[" + property.getElement(element, Form.ORIGINAL) + "]");
            return;
        }
        names.merge(
                groupOf(property.getElement(element, Form.DASHED)),
                property.getElement(element, Form.ORIGINAL),
                (first, other) -> ConfiguredSession.isName(first) ? first : other);
    }

    static boolean isEnvironment(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
    }

    private static ConfigurationPropertyName groupOf(String name) {
        return GROUP.append(ConfigurationPropertyName.adapt(name, '.'));
    }

    /** {@return the groups of the properties of the sessions} */
    Set<ConfigurationPropertyName> groups() {
        return this.sessions.keySet();
    }

    /**
     * {@return the sessions in the order of the configuration, those that are disabled included}
     */
    List<ConfiguredSession> all() {
        return List.copyOf(this.sessions.values());
    }

    /** {@return the sessions that the application has, in the order of the configuration} */
    List<ConfiguredSession> enabled() {
        return all().stream().filter(ConfiguredSession::isEnabled).toList();
    }

    /** {@return whether the configuration names a session, even if it is disabled} */
    boolean areThere() {
        return !this.sessions.isEmpty();
    }

    /**
     * {@return the session with a name, which inherits all if the configuration has no such name}
     */
    ConfiguredSession of(String name) {
        ConfiguredSession session = this.sessions.get(groupOf(name));
        return session == null ? ConfiguredSession.unnamed(name, this.environment) : session;
    }

    /** {@return the session that has exactly the properties of {@code rfx.session}} */
    ConfiguredSession common() {
        return ConfiguredSession.common(this.environment);
    }

    /** {@return the properties that apply to a bean of type {@link Session}} */
    ConfiguredSession ofBean(String bean) {
        return all().stream()
                .filter(session -> session.bean().equals(bean))
                .findFirst()
                .orElseGet(this::common);
    }
}
