package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.testkit.ChildJvm;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;

/** Plain Java needs only this module, slf4j-api and jspecify: no Spring. */
class CoreAloneTests {

    @Test
    void artifactHasTwoDependenciesThatAreNotOptional() throws Exception {
        NodeList required =
                (NodeList)
                        XPathFactory.newInstance()
                                .newXPath()
                                .evaluate(
                                        "/project/dependencies/dependency[not(optional = 'true')"
                                                + " and not(scope)]/artifactId",
                                        DocumentBuilderFactory.newInstance()
                                                .newDocumentBuilder()
                                                .parse(new File("pom.xml")),
                                        XPathConstants.NODESET);

        assertThat(required.getLength()).isEqualTo(2);
        assertThat(List.of(required.item(0).getTextContent(), required.item(1).getTextContent()))
                .containsExactlyInAnyOrder("jspecify", "slf4j-api");
    }

    @Test
    void sessionRunsWithoutAnyOtherLibrary() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(List.of(), CoreAloneTests::isOfCore, PlainJava.class)) {
            assertThat(jvm.awaitExit(Duration.ofMinutes(1))).as(jvm.output()).isZero();
            assertThat(jvm.output())
                    .contains("jars: [jspecify, slf4j-api]")
                    .containsPattern("[1-9]\\d* iterations, \\d+ overruns");
        }
    }

    /** Accepts the folders of the compiled classes, and two libraries. */
    private static boolean isOfCore(String entry) {
        return !entry.endsWith(".jar")
                || entry.startsWith("slf4j-api-")
                || entry.startsWith("jspecify-");
    }

    static final class PlainJava {

        public static void main(String[] args) {
            System.out.println("jars: " + jars());
            Tensor action = Tensor.of(1, -1);
            SessionStats stats =
                    Session.run(
                            SafetyLimits.around(new MockRobot(2, 100)).maxSpeed(1).build(),
                            observation -> action,
                            SessionOptions.defaults().withRateHz(100).withWarmup(Duration.ZERO),
                            Duration.ofMillis(200));
            System.out.println(stats);
        }

        private static List<String> jars() {
            return List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                    .filter(entry -> entry.endsWith(".jar"))
                    .map(entry -> Path.of(entry).getFileName().toString())
                    .map(name -> name.replaceFirst("-\\d.*", ""))
                    .sorted()
                    .toList();
        }
    }
}
