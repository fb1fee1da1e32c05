package dev.rfx.session.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Refuses a property below {@code rfx.session} that does not exist. Spring Boot ignores unknown
 * properties, so that a misspelled limit would be no limit. The check precedes the creation of
 * beans: otherwise a property would be reported as missing because its name is misspelled.
 */
final class PropertyNameCheck implements BeanFactoryPostProcessor {

    /** Kubernetes sets variables such as RFX_SESSION_SERVICE_HOST for a service rfx-session. */
    private static final Pattern SERVICE_NAME =
            Pattern.compile(".*\\.(service\\.(host|port)|port\\[\\d+]\\.(tcp|udp|sctp))\\b.*");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private final ConfigurableEnvironment environment;

    /** Number of elements of the name of a session's group. */
    private static final int SESSION = ConfiguredSessions.GROUP.getNumberOfElements() + 1;

    private final PropertyNames names = new PropertyNames();
    private final ConfiguredSessions sessions;

    PropertyNameCheck(ConfigurableEnvironment environment) {
        this.environment = environment;
        this.sessions = new ConfiguredSessions(environment);
    }

    /**
     * Checks all property sources.
     *
     * @throws ConfigurationException if a source has a property that does not exist
     */
    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        Map<ConfigurationPropertyName, ConfigurationProperty> unknown = new LinkedHashMap<>();
        for (ConfigurationPropertySource source :
                ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                for (ConfigurationPropertyName name : iterable) {
                    if (PropertyNames.PREFIX.isAncestorOf(name)) {
                        ConfigurationProperty property = source.getConfigurationProperty(name);
                        if (property != null && !isKnown(source, property)) {
                            unknown.putIfAbsent(property.getName(), property);
                        }
                    }
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(describe(unknown.values()), action(unknown.keySet()));
        }
    }

    private boolean isKnown(ConfigurationPropertySource source, ConfigurationProperty property) {
        ConfigurationPropertyName name = property.getName();
        if (ConfiguredSessions.isEnvironment(source)) {
            return isKnownVariable(name)
                    || SERVICE_NAME.matcher(name.toString()).matches()
                    || SERVICE_ADDRESS.matcher(property.getValue().toString()).matches();
        }
        ConfigurationPropertyName group = groupOf(name);
        return name.equals(group) || isKnownIn(group, name, this.names::contains);
    }

    /** The name of a session may have a dash, which is a dot in the name of a variable. */
    private boolean isKnownVariable(ConfigurationPropertyName name) {
        if (!ConfiguredSessions.GROUP.isAncestorOf(name)) {
            return this.names.containsVariable(name);
        }
        for (int length = SESSION; length < name.getNumberOfElements(); length++) {
            ConfigurationPropertyName group = name.chop(length);
            if (isSession(group) && isKnownIn(group, name, this.names::containsVariable)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSession(ConfigurationPropertyName variable) {
        String letters = PropertyNames.letters(variable);
        return this.sessions.groups().stream()
                .anyMatch(group -> PropertyNames.letters(group).equals(letters));
    }

    /** Below the name of a session are the properties of all, but for those of the application. */
    private static boolean isKnownIn(
            ConfigurationPropertyName group,
            ConfigurationPropertyName name,
            Predicate<ConfigurationPropertyName> known) {
        ConfigurationPropertyName common = PropertyNames.moved(name, group, PropertyNames.PREFIX);
        boolean ofSession = !group.equals(PropertyNames.PREFIX);
        return known.test(common) && !(ofSession && PropertyNames.isOfApplication(common));
    }

    /** {@return the session of a property, or the prefix of all properties} */
    private static ConfigurationPropertyName groupOf(ConfigurationPropertyName name) {
        return ConfiguredSessions.GROUP.isAncestorOf(name)
                ? name.chop(SESSION)
                : PropertyNames.PREFIX;
    }

    private String describe(Collection<ConfigurationProperty> unknown) {
        return unknown.stream().map(this::describe).collect(Collectors.joining(".\n"));
    }

    private String describe(ConfigurationProperty unknown) {
        ConfigurationPropertyName nearest = nearest(unknown.getName());
        return "There is no property '%s'%s It is set to '%s' in %s"
                .formatted(
                        unknown.getName(),
                        nearest == null ? "." : ", did you mean '%s'?".formatted(nearest),
                        unknown.getValue(),
                        unknown.getOrigin());
    }

    private @Nullable ConfigurationPropertyName nearest(ConfigurationPropertyName unknown) {
        ConfigurationPropertyName group = groupOf(unknown);
        ConfigurationPropertyName nearest =
                this.names.nearest(PropertyNames.moved(unknown, group, PropertyNames.PREFIX));
        return nearest == null || PropertyNames.isOfApplication(nearest)
                ? nearest
                : PropertyNames.moved(nearest, PropertyNames.PREFIX, group);
    }

    private String action(Collection<ConfigurationPropertyName> unknown) {
        String groups =
                unknown.stream()
                        .map(name -> PropertyNames.moved(name, groupOf(name), PropertyNames.PREFIX))
                        .map(this.names::group)
                        .filter(group -> !group.equals(PropertyNames.PREFIX))
                        .distinct()
                        .map(this::describeGroup)
                        .collect(Collectors.joining());
        return "Correct its name, or remove it: it would have no effect." + groups;
    }

    private String describeGroup(ConfigurationPropertyName group) {
        return this.names.in(group).stream()
                .map(property -> property.subName(group.getNumberOfElements()).toString())
                .collect(Collectors.joining(", ", " Below %s there are: ".formatted(group), "."));
    }
}
