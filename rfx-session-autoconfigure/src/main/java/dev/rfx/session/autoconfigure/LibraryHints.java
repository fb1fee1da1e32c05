package dev.rfx.session.autoconfigure;

import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Event;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;

/**
 * What a native image needs of the libraries with native code, of those that are on the class path:
 * the native libraries as resources, and the types that their code looks up by name. The flight
 * recorder finds the fields of events by reflection.
 */
final class LibraryHints implements RuntimeHintsRegistrar {

    /**
     * A library with native code.
     *
     * @param type a type by which the library is recognized
     * @param resources patterns of its native libraries, which the JVM unpacks
     * @param types the types that the native code looks up
     */
    private record Library(String type, List<String> resources, List<String> types) {}

    private static final List<Library> LIBRARIES =
            List.of(
                    new Library(
                            "com.fazecast.jSerialComm.SerialPort",
                            List.of("*/*/libjSerialComm.*", "Windows/*/jSerialComm.dll"),
                            List.of("com.fazecast.jSerialComm.SerialPort", "java.lang.Exception")),
                    // A native image is for the platform of the build, or for Linux in a container.
                    new Library(
                            "ai.onnxruntime.OrtSession",
                            List.of(
                                    "ai/onnxruntime/native/linux-*/*.so",
                                    "ai/onnxruntime/native/" + ownPlatform()),
                            Stream.of(
                                            "MapInfo",
                                            "NodeInfo",
                                            "OnnxMap",
                                            "OnnxModelMetadata",
                                            "OnnxSequence",
                                            "OnnxSparseTensor",
                                            "OnnxTensor",
                                            "OnnxValue",
                                            "OrtException",
                                            "SequenceInfo",
                                            "TensorInfo")
                                    .map("ai.onnxruntime."::concat)
                                    .toList()),
                    new Library(
                            "com.sun.jna.Native",
                            List.of("com/sun/jna/*/*jnidispatch.*"),
                            Stream.concat(
                                            Stream.of(
                                                            "Callback",
                                                            "Callback$UncaughtExceptionHandler",
                                                            "CallbackReference",
                                                            "CallbackReference$AttachOptions",
                                                            "FromNativeConverter",
                                                            "IntegerType",
                                                            "JNIEnv",
                                                            "LastErrorException",
                                                            "Native",
                                                            "Native$ffi_callback",
                                                            "NativeMapped",
                                                            "Pointer",
                                                            "PointerType",
                                                            "Structure",
                                                            "Structure$ByValue",
                                                            "Structure$FFIType$FFITypes",
                                                            "WString")
                                                    .map("com.sun.jna."::concat),
                                            Stream.of(
                                                            "lang.Boolean",
                                                            "lang.Byte",
                                                            "lang.Character",
                                                            "lang.Class",
                                                            "lang.Double",
                                                            "lang.Error",
                                                            "lang.Float",
                                                            "lang.IllegalArgumentException",
                                                            "lang.IllegalStateException",
                                                            "lang.Integer",
                                                            "lang.Long",
                                                            "lang.Object",
                                                            "lang.OutOfMemoryError",
                                                            "lang.Short",
                                                            "lang.String",
                                                            "lang.System",
                                                            "lang.UnsatisfiedLinkError",
                                                            "lang.UnsupportedOperationException",
                                                            "lang.Void",
                                                            "lang.reflect.Method",
                                                            "nio.Buffer",
                                                            "nio.ByteBuffer",
                                                            "nio.CharBuffer",
                                                            "nio.DoubleBuffer",
                                                            "nio.FloatBuffer",
                                                            "nio.IntBuffer",
                                                            "nio.LongBuffer",
                                                            "nio.ShortBuffer")
                                                    .map("java."::concat))
                                    .toList()));

    /** Types of libraries that our code uses by reflection. */
    private static final List<String> REFLECTED =
            List.of("ai.onnxruntime.OnnxRuntime", "ai.onnxruntime.OrtEnvironment");

    /** Internal to the core, as are the system calls: by name. */
    private static final String EVENTS = "dev.rfx.session.jfr.JfrEvents";

    private static final String SYSTEM_CALLS = "dev.rfx.session.thread.JnaSystemCalls$LibC";

    private static String ownPlatform() {
        String system = System.getProperty("os.name");
        return system.startsWith("Windows")
                ? "win-*/*.dll"
                : system.startsWith("Mac") ? "osx-*/*.dylib" : "linux-*/*.so";
    }

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        for (Library library : LIBRARIES) {
            if (ClassUtils.isPresent(library.type(), classLoader)) {
                library.resources().forEach(hints.resources()::registerPattern);
                library.types().forEach(type -> registerAll(hints.jni(), TypeReference.of(type)));
            }
        }
        if (ClassUtils.isPresent("com.sun.jna.Native", classLoader)) {
            // The interface of the C library, which JNA implements by a proxy.
            hints.proxies().registerJdkProxy(TypeReference.of(SYSTEM_CALLS));
            registerAll(hints.reflection(), TypeReference.of(SYSTEM_CALLS));
        }
        REFLECTED.stream()
                .filter(type -> ClassUtils.isPresent(type, classLoader))
                .forEach(type -> registerAll(hints.reflection(), TypeReference.of(type)));
        Stream.of(ClassUtils.resolveClassName(EVENTS, classLoader).getDeclaredClasses())
                .filter(Event.class::isAssignableFrom)
                .forEach(event -> registerAll(hints.reflection(), TypeReference.of(event)));
    }

    private static void registerAll(ReflectionHints hints, TypeReference type) {
        hints.registerType(
                type,
                MemberCategory.ACCESS_DECLARED_FIELDS,
                MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                MemberCategory.INVOKE_DECLARED_METHODS);
    }
}
