package dev.rfx.session;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
                        resideInAnyPackage(ROOT, "java..", "org.slf4j..", "org.jspecify.."))
                .check(PRODUCTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"robot", "event", "actuate", "metrics"})
    void packageSeesOfTheProjectOnlyItselfAndTheCore(String name) {
        classes()
                .that(resideInAPackage(ROOT + "." + name))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(ROOT, ROOT + "." + name)
                                .or(not(resideInAPackage(ROOT + ".."))))
                .check(PRODUCTION);
    }

    @Test
    void robotsNeedNoSpring() {
        noClasses()
                .that(resideInAPackage(ROOT + ".robot"))
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
