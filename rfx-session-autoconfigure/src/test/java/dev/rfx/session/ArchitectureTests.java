package dev.rfx.session;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.thread.ThreadTuningException;
import dev.rfx.session.timing.IterationReader;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.IterationSink;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packages, and which of them may use which. */
class ArchitectureTests {

    private static final String ROOT = "dev.rfx.session";
    private static final String TIMING = ROOT + ".timing";
    private static final String THREAD = ROOT + ".thread";
    private static final String JFR = ROOT + ".jfr";
    private static final String SUPPORT = ROOT + ".support";
    private static final String RECORDING = ROOT + ".recording";
    private static final String TEST_KIT = ROOT + ".test";

    private static final JavaClasses PRODUCTION =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    @Test
    void coreNeedsTheJdkSlf4jAndJspecifyOnly() {
        classes()
                .that(resideInAPackage(ROOT))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                ROOT,
                                TIMING,
                                THREAD,
                                JFR,
                                SUPPORT,
                                "java..",
                                "javax.management..",
                                "com.sun.management..",
                                "org.slf4j..",
                                "org.jspecify.."))
                .check(PRODUCTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {TIMING, THREAD, JFR, SUPPORT})
    void leafKnowsNoRobotAndNoSession(String leaf) {
        classes()
                .that(resideInAPackage(leaf))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(leaf, SUPPORT).or(not(resideInAPackage(ROOT + ".."))))
                .check(PRODUCTION);
    }

    /**
     * The types of a leaf that applications may use; the others are internal to the core. The
     * recorder and the test kit belong to it here: they have the clock of the session.
     */
    @Test
    void onlyTheCoreSeesTheInternalsOfALeaf() {
        Set<String> shown =
                Set.of(
                        IterationRecord.class.getName(),
                        IterationReader.class.getName(),
                        IterationSink.class.getName(),
                        ThreadOptions.class.getName(),
                        ThreadStatus.class.getName(),
                        ThreadTuningException.class.getName());
        for (String leaf : List.of(TIMING, THREAD, JFR)) {
            noClasses()
                    .that(not(resideInAnyPackage(ROOT, leaf, RECORDING, TEST_KIT)))
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage(leaf)
                                    .and(
                                            describe(
                                                    "are internal",
                                                    type -> !shown.contains(type.getName()))))
                    .check(PRODUCTION);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"robot", "so101", "onnx", "event", "actuate", "metrics"})
    void packageSeesOfTheProjectOnlyItselfAndTheCore(String name) {
        classes()
                .that(resideInAPackage(ROOT + "." + name))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        ROOT,
                                        TIMING,
                                        THREAD,
                                        SUPPORT,
                                        ROOT + "." + name,
                                        ROOT + "." + name + ".protocol")
                                .or(not(resideInAPackage(ROOT + ".."))))
                .check(PRODUCTION);
    }

    /** The page shows what the endpoint shows, and commands as the endpoint does. */
    @Test
    void pageSeesOfTheProjectTheCoreTheEndpointAndTheOptionsOfASessionOnly() {
        classes()
                .that(resideInAPackage(ROOT + ".page"))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        ROOT,
                                        TIMING,
                                        SUPPORT,
                                        RECORDING,
                                        ROOT + ".robot",
                                        ROOT + ".actuate",
                                        ROOT + ".page")
                                .or(not(resideInAPackage(ROOT + ".."))))
                .check(PRODUCTION);
    }

    @Test
    void recordingNeedsTheCoreTheClockAndVirtualTimeOnly() {
        classes()
                .that(resideInAPackage(RECORDING))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                ROOT,
                                TIMING,
                                SUPPORT,
                                TEST_KIT,
                                RECORDING + "..",
                                "java..",
                                "org.slf4j..",
                                "org.jspecify.."))
                .check(PRODUCTION);
    }

    /** No JUnit: users choose their own test library. */
    @Test
    void testKitNeedsTheCoreAndTheJdkOnly() {
        classes()
                .that(resideInAPackage(TEST_KIT))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                ROOT, TIMING, THREAD, TEST_KIT, "java..", "org.jspecify.."))
                .check(PRODUCTION);
    }

    /** A replay runs on virtual time. Nothing that drives a robot does. */
    @Test
    void onlyAReplayUsesTheTestKit() {
        noClasses()
                .that(not(resideInAnyPackage(TEST_KIT, RECORDING)))
                .should()
                .dependOnClassesThat(resideInAPackage(TEST_KIT))
                .check(PRODUCTION);
    }

    /** A protocol or a format: seen by the package above it, and in need of nothing. */
    @ParameterizedTest
    @CsvSource({"so101, protocol", "recording, mcap"})
    void formatIsSeenByItsUserOnlyAndNeedsTheJdkAndJspecifyOnly(String user, String name) {
        String format = ROOT + "." + user + "." + name;
        noClasses()
                .that(not(resideInAPackage(ROOT + "." + user + "..")))
                .should()
                .dependOnClassesThat(resideInAPackage(format))
                .check(PRODUCTION);
        classes()
                .that(resideInAPackage(format))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(format, "java..", "org.jspecify.."))
                .check(PRODUCTION);
    }

    @Test
    void robotsAndModelsNeedNoSpring() {
        noClasses()
                .that(resideInAnyPackage(ROOT + ".robot", ROOT + ".so101..", ROOT + ".onnx"))
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .check(PRODUCTION);
    }

    /** All that is native is in one place, and all else works without the library. */
    @Test
    void onlyTheModelUsesOnnxRuntime() {
        noClasses()
                .that(
                        describe(
                                "are not the model",
                                type -> !type.getName().split("\\$")[0].endsWith(".OnnxModel")))
                .should()
                .dependOnClassesThat(resideInAPackage("ai.onnxruntime.."))
                .check(PRODUCTION);
    }

    @Test
    void noPackageSeesTheAutoConfiguration() {
        noClasses()
                .that(not(resideInAPackage(ROOT + ".autoconfigure")))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".autoconfigure"))
                .check(PRODUCTION);
    }

    /** The hot loop: the leaves that it uses, and its own classes in the root. */
    private static final DescribedPredicate<JavaClass> HOT_LOOP =
            describe(
                    "belong to the hot loop",
                    type ->
                            type.getPackageName().equals(TIMING)
                                    || type.getPackageName().equals(JFR)
                                    || Set.of(
                                                    ControlLoop.class.getName(),
                                                    ActionGuard.class.getName(),
                                                    ObservationAge.class.getName())
                                            .contains(type.getName()));

    /** Readers never make the loop wait, because it takes no lock that they could hold. */
    @Test
    void hotLoopNeitherLocksNorLogs() {
        noMethods()
                .that()
                .areDeclaredInClassesThat(HOT_LOOP)
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(PRODUCTION);
        noClasses()
                .that(HOT_LOOP)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("org.slf4j..", "java.util.concurrent.locks")
                                .and(not(equivalentTo(LockSupport.class)))
                                .or(simpleNameEndingWith("Queue")))
                .check(PRODUCTION);
    }

    /** A nested type belongs to its top-level type. */
    @Test
    void typesOfTheCoreHaveNoCycles() {
        SliceAssignment types =
                new SliceAssignment() {

                    @Override
                    public String getDescription() {
                        return "types of the core";
                    }

                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return type.getPackageName().equals(ROOT)
                                ? SliceIdentifier.of(type.getName().split("\\$")[0])
                                : SliceIdentifier.ignore();
                    }
                };
        slices().assignedFrom(types).should().beFreeOfCycles().check(PRODUCTION);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.rfx.(**)").should().beFreeOfCycles().check(PRODUCTION);
    }

    @Test
    void everyPackageIsNullMarked() throws Exception {
        Set<String> packages = new TreeSet<>();
        PRODUCTION.forEach(type -> packages.add(type.getPackageName()));
        assertThat(packages).hasSizeGreaterThanOrEqualTo(6);
        for (String name : packages) {
            assertThat(Class.forName(name + ".package-info").getAnnotation(NullMarked.class))
                    .as(name)
                    .isNotNull();
        }
    }
}
