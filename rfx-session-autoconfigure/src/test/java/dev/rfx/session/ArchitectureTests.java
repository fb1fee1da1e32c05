package dev.rfx.session;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may see whom. */
class ArchitectureTests {

    private static final String ROOT = "dev.rfx.session";

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
                                "java..",
                                "javax.management..",
                                "com.sun.management..",
                                "jdk.jfr..",
                                "org.slf4j..",
                                "org.jspecify.."))
                .check(PRODUCTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"robot", "so101", "event", "actuate", "metrics", "linux"})
    void packageSeesOfTheProjectOnlyItselfAndTheCore(String name) {
        classes()
                .that(resideInAPackage(ROOT + "." + name))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(ROOT, ROOT + "." + name, ROOT + "." + name + ".protocol")
                                .or(not(resideInAPackage(ROOT + ".."))))
                .check(PRODUCTION);
    }

    @Test
    void onlyTheSo101SeesItsProtocol() {
        noClasses()
                .that(not(resideInAPackage(ROOT + ".so101..")))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".so101.protocol"))
                .check(PRODUCTION);
    }

    @Test
    void protocolOfTheSo101NeedsTheJdkAndJspecifyOnly() {
        classes()
                .that(resideInAPackage(ROOT + ".so101.protocol"))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(ROOT + ".so101.protocol", "java..", "org.jspecify.."))
                .check(PRODUCTION);
    }

    @Test
    void robotsNeedNoSpring() {
        noClasses()
                .that(resideInAnyPackage(ROOT + ".robot", ROOT + ".so101.."))
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .check(PRODUCTION);
    }

    @Test
    void nobodySeesTheAutoConfiguration() {
        noClasses()
                .that(not(resideInAPackage(ROOT + ".autoconfigure")))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".autoconfigure"))
                .check(PRODUCTION);
    }

    /** Readers never make the loop wait, so it has no lock that they could hold. */
    @Test
    void hotLoopHasNoLocks() {
        ArchCondition<JavaClass> haveNoSynchronizedMethod =
                new ArchCondition<>("have no synchronized method but limitFromNow") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        for (JavaMethod method : type.getMethods()) {
                            if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)
                                    && !method.getName().equals("limitFromNow")) {
                                events.add(
                                        SimpleConditionEvent.violated(
                                                method, method.getFullName()));
                            }
                        }
                    }
                };
        String loop =
                "ControlLoop|TimingRecorder|IterationRing|ActionGuard|ObservationAge|HybridWait"
                        + "|SpinWindow|SpinBudget|JfrTrace";
        classes()
                .that()
                .haveNameMatching("dev\\.rfx\\.session\\.(" + loop + ")(\\$.*)?")
                .should(haveNoSynchronizedMethod)
                .andShould()
                .onlyDependOnClassesThat(
                        not(
                                simpleNameEndingWith("Lock")
                                        .or(resideInAPackage("org.slf4j.."))
                                        .or(simpleNameEndingWith("Queue"))))
                .check(PRODUCTION);
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
