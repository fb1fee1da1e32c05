package dev.rfx.session.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

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
    private final PropertyNames names = new PropertyNames();

    PropertyNameCheck(ConfigurableEnvironment environment) {
        this.environment = environment;
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
        if (source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource) {
            return this.names.containsVariable(name)
                    || SERVICE_NAME.matcher(name.toString()).matches()
                    || SERVICE_ADDRESS.matcher(property.getValue().toString()).matches();
        }
        return this.names.contains(name);
    }

    private String describe(Collection<ConfigurationProperty> unknown) {
        return unknown.stream().map(this::describe).collect(Collectors.joining(".\n"));
    }

    private String describe(ConfigurationProperty unknown) {
        ConfigurationPropertyName nearest = this.names.nearest(unknown.getName());
        return "There is no property '%s'%s It is set to '%s' in %s"
                .formatted(
                        unknown.getName(),
                        nearest == null ? "." : ", did you mean '%s'?".formatted(nearest),
                        unknown.getValue(),
                        unknown.getOrigin());
    }

    private String action(Collection<ConfigurationPropertyName> unknown) {
        String groups =
                unknown.stream()
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
