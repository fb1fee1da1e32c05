package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records and replays a record of numbers, truth values, texts, tensors and arrays of numbers, by
 * its components.
 */
final class RecordCodec implements Codec<Object> {

    /** Calls the accessor of a component, and writes what it returns. */
    private interface ComponentWriter {
        void write(MethodHandle accessor, String name, Object value, ValueWriter out)
                throws Throwable;
    }

    /** How the components of a type are written and read. */
    private record ComponentType(
            Class<?> accessed, ComponentWriter writer, Function<Named, Object> reader) {}

    /** A field of a recording. */
    private record Named(ValueReader in, String name) {}

    private static final Map<Class<?>, ComponentType> TYPES =
            Map.ofEntries(
                    Map.entry(
                            float.class,
                            new ComponentType(
                                    float.class,
                                    (get, name, value, out) ->
                                            out.number(name, (float) get.invokeExact(value)),
                                    field -> (float) field.in().number(field.name()))),
                    Map.entry(
                            double.class,
                            new ComponentType(
                                    double.class,
                                    (get, name, value, out) ->
                                            out.number(name, (double) get.invokeExact(value)),
                                    field -> field.in().number(field.name()))),
                    Map.entry(long.class, integer(field -> field.in().integer(field.name()))),
                    Map.entry(
                            int.class,
                            integer(field -> Math.toIntExact(field.in().integer(field.name())))),
                    Map.entry(
                            short.class,
                            integer(field -> (short) field.in().integer(field.name()))),
                    Map.entry(
                            byte.class, integer(field -> (byte) field.in().integer(field.name()))),
                    Map.entry(
                            boolean.class,
                            new ComponentType(
                                    boolean.class,
                                    (get, name, value, out) ->
                                            out.flag(name, (boolean) get.invokeExact(value)),
                                    field -> field.in().flag(field.name()))),
                    Map.entry(
                            String.class,
                            new ComponentType(
                                    String.class,
                                    (get, name, value, out) ->
                                            out.text(name, (String) get.invokeExact(value)),
                                    field -> field.in().text(field.name()))),
                    Map.entry(
                            float[].class,
                            new ComponentType(
                                    float[].class,
                                    (get, name, value, out) ->
                                            out.numbers(name, (float[]) get.invokeExact(value)),
                                    field -> field.in().floats(field.name()))),
                    Map.entry(
                            double[].class,
                            new ComponentType(
                                    double[].class,
                                    (get, name, value, out) ->
                                            out.numbers(name, (double[]) get.invokeExact(value)),
                                    field -> field.in().doubles(field.name()))),
                    Map.entry(
                            long[].class,
                            new ComponentType(
                                    long[].class,
                                    (get, name, value, out) ->
                                            out.integers(name, (long[]) get.invokeExact(value)),
                                    field -> field.in().integers(field.name()))),
                    Map.entry(
                            Tensor.class,
                            new ComponentType(
                                    Tensor.class,
                                    (get, name, value, out) ->
                                            out.tensor(name, (Tensor) get.invokeExact(value)),
                                    field -> field.in().tensor(field.name()))));

    private static ComponentType integer(Function<Named, Object> reader) {
        return new ComponentType(
                long.class,
                (get, name, value, out) -> out.integer(name, (long) get.invokeExact(value)),
                reader);
    }

    /** A component of the record. */
    private record Component(String name, MethodHandle accessor, ComponentType type) {}

    private final List<Component> components;
    private final MethodHandle constructor;

    private RecordCodec(List<Component> components, MethodHandle constructor) {
        this.components = components;
        this.constructor = constructor;
    }

    /** {@return a codec, or null if a component is of another type or cannot be accessed} */
    static @Nullable RecordCodec of(Class<?> type) {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        List<Component> components = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        try {
            for (RecordComponent component : type.getRecordComponents()) {
                ComponentType known = TYPES.get(component.getType());
                if (known == null) {
                    return null;
                }
                component.getAccessor().setAccessible(true);
                MethodHandle accessor =
                        lookup.unreflect(component.getAccessor())
                                .asType(MethodType.methodType(known.accessed(), Object.class));
                components.add(new Component(component.getName(), accessor, known));
                types.add(component.getType());
            }
            var constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return new RecordCodec(components, lookup.unreflectConstructor(constructor));
        } catch (ReflectiveOperationException | RuntimeException ex) {
            return null; // of a module that is not open
        }
    }

    @Override
    public void write(Object value, ValueWriter out) {
        for (int i = 0; i < this.components.size(); i++) { // no iterator, which is garbage
            Component component = this.components.get(i);
            try {
                component.type().writer().write(component.accessor(), component.name(), value, out);
            } catch (RuntimeException | Error ex) {
                throw ex;
            } catch (Throwable ex) {
                throw new IllegalStateException(ex); // accessors of records declare no exception
            }
        }
    }

    @Override
    public Object read(ValueReader in) {
        Object[] arguments =
                this.components.stream()
                        .map(
                                component ->
                                        component
                                                .type()
                                                .reader()
                                                .apply(new Named(in, component.name())))
                        .toArray();
        try {
            return this.constructor.invokeWithArguments(arguments);
        } catch (RuntimeException | Error ex) {
            throw ex;
        } catch (Throwable ex) {
            throw new IllegalStateException(ex);
        }
    }
}
