package dev.rfx.session.thread;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * System calls through {@code java.lang.foreign}, which the JDK has since version 22. Reflective,
 * because this class is compiled for JDK 17.
 */
final class ForeignSystemCalls implements SystemCalls {

    static final int SINCE_JDK = 22;

    /** The number of the call, and four arguments. */
    private static final int WORDS = 5;

    /** {@code (Buffer errno, long number, long, long, long, long) -> long}. */
    private static final MethodHandle SYSCALL;

    /** {@code (Buffer) -> long}. */
    private static final MethodHandle ADDRESS;

    static {
        try {
            Class<?> segment = type("MemorySegment");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            MethodHandle ofBuffer =
                    lookup.findStatic(segment, "ofBuffer", methodType(segment, Buffer.class));
            MethodHandle address = lookup.findVirtual(segment, "address", methodType(long.class));
            SYSCALL = MethodHandles.filterArguments(linkSyscall(), 0, ofBuffer);
            ADDRESS = MethodHandles.filterReturnValue(ofBuffer, address);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /** {@return syscall(2) of the C library, which stores its error in the first argument} */
    private static MethodHandle linkSyscall() throws ReflectiveOperationException {
        Class<?> layout = type("MemoryLayout");
        Class<?> descriptor = type("FunctionDescriptor");
        Class<?> option = type("Linker$Option");
        Class<?> linker = type("Linker");

        Object word = type("ValueLayout").getField("JAVA_LONG").get(null);
        Object[] words = (Object[]) Array.newInstance(layout, WORDS);
        Arrays.fill(words, word);
        Object signature =
                descriptor.getMethod("of", layout, words.getClass()).invoke(null, word, words);

        Object[] options = (Object[]) Array.newInstance(option, 2);
        options[0] =
                option.getMethod("captureCallState", String[].class)
                        .invoke(null, (Object) new String[] {"errno"});
        options[1] = option.getMethod("firstVariadicArg", int.class).invoke(null, 1);

        Object nativeLinker = linker.getMethod("nativeLinker").invoke(null);
        Object symbols = linker.getMethod("defaultLookup").invoke(nativeLinker);
        Optional<?> function =
                (Optional<?>)
                        type("SymbolLookup")
                                .getMethod("find", String.class)
                                .invoke(symbols, "syscall");
        return (MethodHandle)
                linker.getMethod(
                                "downcallHandle",
                                type("MemorySegment"),
                                descriptor,
                                options.getClass())
                        .invoke(nativeLinker, function.orElseThrow(), signature, options);
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign." + name);
    }

    @Override
    public String means() {
        return "java.lang.foreign";
    }

    @Override
    public long address(ByteBuffer memory) {
        try {
            return (long) ADDRESS.invokeExact((Buffer) memory);
        } catch (Throwable ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public long call(long number, long first, long second, long third, long fourth) {
        ByteBuffer error = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
        try {
            long result =
                    (long)
                            SYSCALL.invokeExact(
                                    (Buffer) error, number, first, second, third, fourth);
            return result == -1 ? -error.getInt(0) : result;
        } catch (Throwable ex) {
            throw new IllegalStateException(ex);
        }
    }
}
