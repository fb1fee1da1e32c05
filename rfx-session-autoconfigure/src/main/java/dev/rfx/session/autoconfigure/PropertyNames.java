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
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** The names of the properties that there are, read from the records that they are bound to. */
final class PropertyNames {

    static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("rfx.session");

    private static final List<Class<?>> BOUND =
            List.of(SessionProperties.class, So101Properties.class);

    private final Set<ConfigurationPropertyName> groups = new LinkedHashSet<>();
    private final Map<ConfigurationPropertyName, Class<?>> properties = new LinkedHashMap<>();

    PropertyNames() {
        for (Class<?> type : BOUND) {
            String prefix = type.getAnnotation(ConfigurationProperties.class).value();
            add(ConfigurationPropertyName.of(prefix), type);
        }
    }

    private void add(ConfigurationPropertyName group, Class<?> type) {
        this.groups.add(group);
        for (RecordComponent component : type.getRecordComponents()) {
            ConfigurationPropertyName name =
                    group.append(DataObjectPropertyName.toDashedForm(component.getName()));
            if (component.getType().isRecord()) {
                add(name, component.getType());
            } else {
                this.properties.put(name, component.getType());
            }
        }
    }

    /** All properties. */
    Set<ConfigurationPropertyName> all() {
        return this.properties.keySet();
    }

    /** Whether this is a property, an element of one that is a collection, or a group. */
    boolean contains(ConfigurationPropertyName name) {
        return this.properties.containsKey(name)
                || this.groups.contains(name)
                || (name.isLastElementIndexed() && isCollection(name.getParent()));
    }

    private boolean isCollection(ConfigurationPropertyName name) {
        Class<?> type = this.properties.get(name);
        return type != null && Collection.class.isAssignableFrom(type);
    }

    /**
     * Whether this is one of them as an environment variable: that has the same underscore, here a
     * dot, for a dot and for a dash.
     */
    boolean containsVariable(ConfigurationPropertyName name) {
        return contains(name)
                || this.properties.keySet().stream()
                        .anyMatch(known -> letters(known).equals(letters(name)))
                || (name.isLastElementIndexed() && containsVariable(name.getParent()));
    }

    /** The properties of a group. */
    List<ConfigurationPropertyName> in(ConfigurationPropertyName group) {
        return all().stream().filter(group::isParentOf).toList();
    }

    /**
     * The property that was most likely meant: one of the group of this name, or of any group where
     * that is the outermost one. Null where none resembles it.
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

    /** The innermost group that a name is in. */
    ConfigurationPropertyName group(ConfigurationPropertyName name) {
        ConfigurationPropertyName group = name.getParent();
        while (!this.groups.contains(group)) {
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
                                                commonBegin(spelling.apply(property), typed))
                                .thenComparing(
                                        property -> -distance(spelling.apply(property), typed)))
                .orElse(null);
    }

    /** A suggestion that is hardly better than any other is none. */
    private static boolean resemble(String a, String b) {
        return areAlike(a, b) || 2 * distance(a, b) <= Math.max(a.length(), b.length());
    }

    /** How many letters are the same at the begin: most people know how a name begins. */
    private static int commonBegin(String a, String b) {
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

    private static String letters(ConfigurationPropertyName name) {
        return name.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** How many letters have to be inserted, removed or replaced (Levenshtein). */
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
