package dev.rfx.session.autoconfigure;

import dev.rfx.session.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The properties of one session: its own below {@code rfx.session.sessions}, and those of {@code
 * rfx.session} for all that it does not set. Everything is bound under the names of {@code
 * rfx.session}; a message has the name under which the value is set.
 */
final class ConfiguredSession {

    private static final ConfigurationPropertyName PREFIX = PropertyNames.PREFIX;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    /** Properties that belong to one session, so that no other inherits them. */
    static final List<String> NOT_INHERITED =
            List.of("name", "robot", "policy", "so101.port", "onnx.model");

    private final String name;

    /** The group of its own properties; {@code rfx.session} if it has none. */
    private final ConfigurationPropertyName group;

    private final boolean named;
    private final List<ConfigurationPropertySource> own;
    private final Binder binder;

    private ConfiguredSession(
            String name,
            boolean named,
            ConfigurationPropertyName group,
            List<ConfigurationPropertySource> own,
            List<ConfigurationPropertySource> inherited,
            Environment environment) {
        this.name = name;
        this.named = named;
        this.group = group;
        this.own = own;
        List<ConfigurationPropertySource> all = new ArrayList<>(own);
        all.addAll(inherited);
        this.binder = new Binder(all, new PropertySourcesPlaceholdersResolver(environment));
    }

    /** {@return the session with the properties of a group, and those that it inherits} */
    static ConfiguredSession named(
            String name, ConfigurationPropertyName group, Environment environment) {
        return new ConfiguredSession(
                name,
                true,
                group,
                sources(environment).map(source -> OwnSource.of(source, group)).toList(),
                inherited(environment),
                environment);
    }

    /** {@return a session without properties of its own} */
    static ConfiguredSession unnamed(String name, Environment environment) {
        return new ConfiguredSession(
                name, true, PREFIX, List.of(), inherited(environment), environment);
    }

    /** {@return the session that {@code rfx.session} itself configures} */
    static ConfiguredSession common(Environment environment) {
        List<ConfigurationPropertySource> sources = sources(environment).toList();
        return new ConfiguredSession("", false, PREFIX, sources, List.of(), environment);
    }

    private static List<ConfigurationPropertySource> inherited(Environment environment) {
        Set<ConfigurationPropertyName> others =
                Set.copyOf(NOT_INHERITED.stream().map(PREFIX::append).toList());
        return sources(environment)
                .map(source -> source.filter(property -> !others.contains(property)))
                .toList();
    }

    private static Stream<ConfigurationPropertySource> sources(Environment environment) {
        return StreamSupport.stream(
                ConfigurationPropertySources.get(environment).spliterator(), false);
    }

    /** {@return whether a text has the form of a name, from which those of beans are derived} */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** {@return its name in the configuration; empty for the session of {@code rfx.session}} */
    String name() {
        return this.name;
    }

    /** {@return whether it is not the session of {@code rfx.session}} */
    boolean isNamed() {
        return this.named;
    }

    /** {@return the name of its bean} */
    String bean() {
        return beanOf("Session");
    }

    /**
     * {@return the name of a bean that belongs to this session: {@code leftArm} + {@code Robot}}
     */
    String beanOf(String kind) {
        StringBuilder bean = new StringBuilder();
        for (String word : this.name.split("-")) {
            bean.append(bean.isEmpty() || word.isEmpty() ? word : upperFirst(word));
        }
        return bean.append(kind).toString();
    }

    private static String upperFirst(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    /** {@return the group of its own properties; {@code rfx.session} if it has none} */
    ConfigurationPropertyName group() {
        return this.group;
    }

    /** {@return whether the application has it; the properties of the run decide} */
    boolean isEnabled() {
        return OnSwitch.isProcessedAheadOfTime()
                || this.binder
                        .bind(PREFIX.append("enabled"), Bindable.of(Boolean.class))
                        .orElse(true);
    }

    /** {@return the port of its own arm, or null; as for a condition, {@code false} means none} */
    @Nullable String port() {
        return text("so101.port");
    }

    /** {@return its own model, or null; as for a condition, {@code false} means none} */
    @Nullable String model() {
        return text("onnx.model");
    }

    /** {@return the value of a property, or null if it is not set, empty or {@code false}} */
    @Nullable String text(String property) {
        String value =
                this.binder.bind(PREFIX.append(property), Bindable.of(String.class)).orElse(null);
        return "false".equalsIgnoreCase(value) || !StringUtils.hasText(value) ? null : value;
    }

    SessionProperties properties() {
        return this.binder.bindOrCreate(PREFIX.toString(), SessionProperties.class);
    }

    So101Properties so101() {
        return this.binder.bindOrCreate(PREFIX + ".so101", So101Properties.class);
    }

    OnnxProperties onnx() {
        return this.binder.bindOrCreate(PREFIX + ".onnx", OnnxProperties.class);
    }

    /**
     * Returns the options with its properties.
     *
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range
     */
    SessionOptions options() {
        return checked(
                () -> {
                    SessionProperties properties = properties();
                    SessionOptions options = properties.toOptions();
                    return this.named && !isSet("name") ? options.withName(this.name) : options;
                });
    }

    /** {@return whether a property or a group is set for this session alone} */
    private boolean isSet(String property) {
        ConfigurationPropertyName name = PREFIX.append(property);
        return this.own.stream()
                .anyMatch(
                        source ->
                                source.getConfigurationProperty(name) != null
                                        || source.containsDescendantOf(name)
                                                == ConfigurationPropertyState.PRESENT);
    }

    /** {@return whether the property or group is set, for this session or for all} */
    boolean isBound(String property, Bindable<?> type) {
        return this.binder.bind(PREFIX.append(property), type).isBound();
    }

    /** {@return the full name of a property where it is set, or where the user would set it} */
    String nameOf(String property) {
        boolean inherited =
                !isSet(property)
                        && (isBound(property, Bindable.of(Object.class))
                                || isBound(property, Bindable.mapOf(String.class, Object.class)));
        return (inherited ? PREFIX : this.group) + "." + property;
    }

    /**
     * Uses properties whose checks know them by the names of {@code rfx.session}.
     *
     * @throws InvalidConfigurationPropertyValueException with the name of the property where it is
     *     set, if a value is outside its range
     */
    <R> R checked(Supplier<R> use) {
        try {
            return use.get();
        } catch (InvalidConfigurationPropertyValueException ex) {
            String prefix = PREFIX + ".";
            String property = ex.getName().substring(prefix.length());
            String actual = nameOf(property);
            if (actual.equals(ex.getName())) {
                throw ex;
            }
            throw new InvalidConfigurationPropertyValueException(
                    actual, ex.getValue(), ex.getReason());
        }
    }

    /** The properties of a session under the names of {@code rfx.session}. */
    private static class OwnSource implements ConfigurationPropertySource {

        private final ConfigurationPropertySource source;
        private final ConfigurationPropertyName group;

        private OwnSource(ConfigurationPropertySource source, ConfigurationPropertyName group) {
            this.source = source;
            this.group = group;
        }

        static ConfigurationPropertySource of(
                ConfigurationPropertySource source, ConfigurationPropertyName group) {
            return source instanceof IterableConfigurationPropertySource iterable
                    ? new IterableOwnSource(iterable, group)
                    : new OwnSource(source, group);
        }

        /** The property keeps its own name and origin, for messages. */
        @Override
        public @Nullable ConfigurationProperty getConfigurationProperty(
                ConfigurationPropertyName name) {
            return PREFIX.isAncestorOf(name)
                    ? this.source.getConfigurationProperty(own(name))
                    : null;
        }

        @Override
        public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
            return PREFIX.equals(name) || PREFIX.isAncestorOf(name)
                    ? this.source.containsDescendantOf(own(name))
                    : ConfigurationPropertyState.ABSENT;
        }

        private ConfigurationPropertyName own(ConfigurationPropertyName name) {
            return PropertyNames.moved(name, PREFIX, this.group);
        }

        @Override
        public @Nullable Object getUnderlyingSource() {
            return this.source.getUnderlyingSource();
        }
    }

    /** Maps and lists need the names, too. */
    private static final class IterableOwnSource extends OwnSource
            implements IterableConfigurationPropertySource {

        private final IterableConfigurationPropertySource source;
        private final ConfigurationPropertyName group;

        private IterableOwnSource(
                IterableConfigurationPropertySource source, ConfigurationPropertyName group) {
            super(source, group);
            this.source = source;
            this.group = group;
        }

        @Override
        public Stream<ConfigurationPropertyName> stream() {
            return this.source.stream()
                    .filter(this.group::isAncestorOf)
                    .map(name -> PropertyNames.moved(name, this.group, PREFIX));
        }
    }
}
