package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fazecast.jSerialComm.SerialPort;
import com.sun.jna.Native;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import dev.rfx.session.actuate.SessionDescriptor;
import dev.rfx.session.jfr.JfrEvents;
import dev.rfx.session.robot.MockRobot;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Event;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;

/** What a native image needs, compared with what the libraries of the class path have. */
class LibraryHintsTests {

    /** A name in the constants of native code. */
    private static final Pattern TYPE = Pattern.compile("\0((?:ai|com|java)(?:/[\\w$]+)+)(?=\0)");

    private final RuntimeHints hints =
            AheadOfTime.hints(
                    Application.class, "management.endpoints.web.exposure.include=rfxsession");

    private static List<String> nativeLibraries(Class<?> library) throws Exception {
        Path jar = Path.of(library.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (JarFile file = new JarFile(jar.toFile())) {
            List<String> names =
                    file.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.matches(".*\\.(so|dll|dylib|jnilib)"))
                            .filter(name -> !name.contains(".dSYM/"))
                            .toList();
            assertThat(names).hasSizeGreaterThan(3);
            return names;
        }
    }

    private static Set<String> typesIn(String nativeLibrary) throws IOException {
        URL resource = LibraryHintsTests.class.getResource("/" + nativeLibrary);
        try (InputStream content = resource.openStream()) {
            return TYPE.matcher(new String(content.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .results()
                    .map(match -> match.group(1).replace('/', '.'))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void nativeCodeFindsExactlyTheTypesThatItLooksUp() throws Exception {
        Set<String> types = new TreeSet<>();
        for (String library :
                List.of(
                        "Linux/x86_64/libjSerialComm.so",
                        "ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so",
                        "com/sun/jna/linux-x86-64/libjnidispatch.so")) {
            Set<String> found = typesIn(library);
            assertThat(found).as(library).hasSizeGreaterThan(1);
            types.addAll(found);
        }

        assertThat(this.hints.jni().typeHints().map(hint -> hint.getType().getName()))
                .containsExactlyInAnyOrderElementsOf(types);
        assertThat(this.hints.jni().typeHints())
                .extracting(TypeHint::getMemberCategories)
                .containsOnly(
                        Set.of(
                                MemberCategory.ACCESS_DECLARED_FIELDS,
                                MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                                MemberCategory.INVOKE_DECLARED_METHODS));
    }

    @Test
    void everyNativeLibraryIsAResource() throws Exception {
        for (Class<?> library : List.of(SerialPort.class, Native.class)) {
            assertThat(nativeLibraries(library)).allSatisfy(this::assertIsAResource);
        }
    }

    /** The others are large. */
    @Test
    void onnxRuntimeHasItsLibrariesForLinuxAndForTheBuild() throws Exception {
        String system = System.getProperty("os.name").substring(0, 3).toLowerCase();
        assertThat(nativeLibraries(OrtSession.class))
                .filteredOn(name -> name.contains("/linux-") || name.contains("/" + system))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(this::assertIsAResource);
    }

    private void assertIsAResource(String name) {
        assertThat(RuntimeHintsPredicates.resource().forResource(name))
                .as(name)
                .accepts(this.hints);
    }

    @Test
    void flightRecorderFindsTheFieldsOfEveryEvent() {
        List<Class<?>> events =
                Stream.<Class<?>>of(JfrEvents.class.getDeclaredClasses())
                        .filter(Event.class::isAssignableFrom)
                        .toList();

        assertThat(events)
                .hasSizeGreaterThan(5)
                .allSatisfy(
                        event ->
                                assertThat(
                                                RuntimeHintsPredicates.reflection()
                                                        .onType(event)
                                                        .withMemberCategory(
                                                                MemberCategory
                                                                        .ACCESS_DECLARED_FIELDS))
                                        .accepts(this.hints));
    }

    @Test
    void systemCallsHaveTheirProxyAndOnnxRuntimeWhatWeReflectOn() throws Exception {
        Class<?> systemCalls = Class.forName("dev.rfx.session.thread.JnaSystemCalls$LibC");

        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(systemCalls)).accepts(this.hints);
        assertThat(
                        RuntimeHintsPredicates.reflection()
                                .onMethodInvocation(
                                        OrtEnvironment.class.getDeclaredMethod(
                                                "createHandle",
                                                long.class,
                                                int.class,
                                                String.class)))
                .accepts(this.hints);
        assertThat(
                        RuntimeHintsPredicates.reflection()
                                .onFieldAccess("ai.onnxruntime.OnnxRuntime", "ortApiHandle"))
                .accepts(this.hints);
    }

    /** Spring Boot follows the types from the operations of the endpoint. */
    @Test
    void everyDescriptorOfTheEndpointIsWrittenAsJson() {
        Set<Class<?>> records = new HashSet<>();
        addRecords(SessionDescriptor.class, records);

        assertThat(records)
                .hasSizeGreaterThan(5)
                .allSatisfy(
                        type ->
                                assertThat(this.hints.reflection().getTypeHint(type))
                                        .as(type.getName())
                                        .isNotNull());
    }

    private static void addRecords(Class<?> type, Set<Class<?>> records) {
        if (type.isRecord() && records.add(type)) {
            for (RecordComponent component : type.getRecordComponents()) {
                addRecords(component.getType(), records);
                for (Class<?> generic :
                        ResolvableType.forType(component.getGenericType())
                                .resolveGenerics(Object.class)) {
                    addRecords(generic, records);
                }
            }
        }
    }

    @Test
    void libraryThatIsNotThereHasNoHints() {
        RuntimeHints without = new RuntimeHints();
        new LibraryHints()
                .registerHints(
                        without,
                        new FilteredClassLoader("com.fazecast", "ai.onnxruntime", "com.sun.jna"));

        assertThat(without.jni().typeHints()).isEmpty();
        assertThat(without.proxies().jdkProxyHints()).isEmpty();
        assertThat(without.resources().resourcePatternHints()).isEmpty();
        assertThat(without.reflection().typeHints()).isNotEmpty();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SessionAutoConfiguration.class,
        SessionEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        MockRobot robot() {
            return new MockRobot(3, 50);
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(3);
            return observation -> middle;
        }
    }
}
