package dev.rfx.session.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;

/** The names of all properties, read from the records that they are bound to. */
final class PropertyNames {

    static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("rfx.session");

    private static final List<Class<?>> BOUND =
            List.of(
                    SessionProperties.class,
                    So101Properties.class,
                    OnnxProperties.class,
                    PageProperties.class);

    /** Groups that apply to the whole application: a session has none of its own. */
    private static final List<ConfigurationPropertyName> OF_APPLICATION =
            Stream.of("sessions", "metrics", "page").map(PREFIX::append).toList();

    private static final String ELEMENT = "[0]";

    private final Set<ConfigurationPropertyName> groups = new LinkedHashSet<>();
    private final Map<ConfigurationPropertyName, Class<?>> properties = new LinkedHashMap<>();

    /** Those of the elements of lists, with the index 0. Metadata does not have them. */
    private final Map<ConfigurationPropertyName, Class<?>> ofElements = new LinkedHashMap<>();

    PropertyNames() {
        for (Class<?> type : BOUND) {
            String prefix = type.getAnnotation(ConfigurationProperties.class).value();
            add(ConfigurationPropertyName.of(prefix), type, this.properties);
        }
        this.properties.put(ConfiguredSessions.GROUP, Map.class);
    }

    private void add(
            ConfigurationPropertyName group,
            Class<?> type,
            Map<ConfigurationPropertyName, Class<?>> properties) {
        this.groups.add(group);
        for (RecordComponent component : type.getRecordComponents()) {
            ConfigurationPropertyName name =
                    group.append(DataObjectPropertyName.toDashedForm(component.getName()));
            if (component.getType().isRecord()) {
                add(name, component.getType(), properties);
                continue;
            }
            properties.put(name, component.getType());
            Class<?> element =
                    ResolvableType.forType(component.getGenericType())
                            .asCollection()
                            .resolveGeneric();
            if (element != null && element.isRecord()) {
                add(name.append(ELEMENT), element, this.ofElements);
            }
        }
    }

    /**
     * Returns the name of a property in another group. Both are parsed again: Spring Boot cannot
     * take the parts of a name that it has put together of two.
     */
    static ConfigurationPropertyName moved(
            ConfigurationPropertyName name,
            ConfigurationPropertyName from,
            ConfigurationPropertyName to) {
        String rest =
                ConfigurationPropertyName.of(name.toString())
                        .subName(from.getNumberOfElements())
                        .toString();
        String separator = rest.isEmpty() || rest.startsWith("[") ? "" : ".";
        return ConfigurationPropertyName.of(to + separator + rest);
    }

    /**
     * {@return whether a name of {@code rfx.session} does not exist below the name of a session}
     */
    static boolean isOfApplication(ConfigurationPropertyName name) {
        return OF_APPLICATION.stream()
                .anyMatch(group -> group.equals(name) || group.isAncestorOf(name));
    }

    /** {@return all properties, but for those of the elements of lists} */
    Set<ConfigurationPropertyName> all() {
        return this.properties.keySet();
    }

    /** {@return the properties of the elements of lists, with the index 0} */
    Set<ConfigurationPropertyName> ofElements() {
        return this.ofElements.keySet();
    }

    /** {@return whether the name is a property, an element of a collection, or a group} */
    boolean contains(ConfigurationPropertyName name) {
        ConfigurationPropertyName first = withFirstElements(name);
        return typeOf(first) != null || this.groups.contains(first) || isElement(first);
    }

    private @Nullable Class<?> typeOf(ConfigurationPropertyName name) {
        Class<?> type = this.properties.get(name);
        return type == null ? this.ofElements.get(name) : type;
    }

    /** A name below a map is a key, and one below a list of lists has two indexes. */
    private boolean isElement(ConfigurationPropertyName name) {
        boolean indexed = true;
        for (ConfigurationPropertyName parent = name;
                parent.getNumberOfElements() > PREFIX.getNumberOfElements();
                parent = parent.getParent()) {
            Class<?> type = typeOf(parent);
            if (type != null) {
                return Map.class.isAssignableFrom(type)
                        || (indexed && Collection.class.isAssignableFrom(type) && !isGroup(parent));
            }
            indexed &= parent.isLastElementIndexed();
        }
        return false;
    }

    /** Returns whether the elements of a list are groups. */
    private boolean isGroup(ConfigurationPropertyName list) {
        return this.groups.contains(list.append(ELEMENT));
    }

    private static ConfigurationPropertyName withFirstElements(ConfigurationPropertyName name) {
        ConfigurationPropertyName first = ConfigurationPropertyName.EMPTY;
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            first =
                    name.isNumericIndex(i)
                            ? first.append(ELEMENT)
                            : first.append(name.subName(i).chop(1));
        }
        return first;
    }

    /**
     * Returns whether the name is that of an environment variable for one of the properties. In
     * such a name an underscore, here a dot, stands for both dot and dash.
     */
    boolean containsVariable(ConfigurationPropertyName name) {
        return contains(name)
                || Stream.concat(all().stream(), ofElements().stream())
                        .anyMatch(known -> letters(known).equals(letters(withFirstElements(name))))
                || (name.isLastElementIndexed() && containsVariable(name.getParent()));
    }

    /** {@return the properties of a group} */
    List<ConfigurationPropertyName> in(ConfigurationPropertyName group) {
        return Stream.concat(all().stream(), ofElements().stream())
                .filter(withFirstElements(group)::isParentOf)
                .map(property -> group.append(last(property)))
                .toList();
    }

    private static String last(ConfigurationPropertyName property) {
        return property.getLastElement(ConfigurationPropertyName.Form.DASHED);
    }

    /**
     * Returns the existing property that most resembles an unknown one, or null if none does. The
     * candidates are the properties of its group. For a name directly below the prefix, they are
     * all properties.
     */
    @Nullable ConfigurationPropertyName nearest(ConfigurationPropertyName unknown) {
        ConfigurationPropertyName name = unknown;
        while (name.isLastElementIndexed() && !name.getParent().equals(PREFIX)) {
            name = name.getParent();
        }
        ConfigurationPropertyName group = group(name);
        return group.equals(PREFIX)
                ? nearest(word(name), all(), PropertyNames::word)
                : nearest(letters(name, group), in(group), property -> letters(property, group));
    }

    /** {@return the innermost group of a name} */
    ConfigurationPropertyName group(ConfigurationPropertyName name) {
        ConfigurationPropertyName group = name.getParent();
        while (!this.groups.contains(withFirstElements(group))) {
            group = group.getParent();
        }
        return group;
    }

    private static @Nullable ConfigurationPropertyName nearest(
            String typed,
            Collection<ConfigurationPropertyName> properties,
            Function<ConfigurationPropertyName, String> spelling) {
        return properties.stream()
                .filter(property -> resemble(spelling.apply(property), typed))
                .max(
                        Comparator.comparingInt(
                                        (ConfigurationPropertyName property) ->
                                                commonPrefix(spelling.apply(property), typed))
                                .thenComparing(
                                        property -> -distance(spelling.apply(property), typed)))
                .orElse(null);
    }

    /** Returns whether two names are close enough for a suggestion. */
    private static boolean resemble(String a, String b) {
        return areAlike(a, b) || 2 * distance(a, b) <= Math.max(a.length(), b.length());
    }

    /** Returns the length of the common prefix: the beginning of a name is rarely misspelled. */
    private static int commonPrefix(String a, String b) {
        int letters = 0;
        while (letters < Math.min(a.length(), b.length())
                && a.charAt(letters) == b.charAt(letters)) {
            letters++;
        }
        return letters;
    }

    private static boolean areAlike(String a, String b) {
        return a.startsWith(b) || b.startsWith(a);
    }

    private static String word(ConfigurationPropertyName name) {
        return name.getLastElement(ConfigurationPropertyName.Form.UNIFORM);
    }

    private static String letters(ConfigurationPropertyName name, ConfigurationPropertyName group) {
        return letters(name.subName(group.getNumberOfElements()));
    }

    /** {@return the letters of a name: an environment variable has no dashes} */
    static String letters(ConfigurationPropertyName name) {
        return name.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Returns the number of letters to insert, remove or replace (Levenshtein distance). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
