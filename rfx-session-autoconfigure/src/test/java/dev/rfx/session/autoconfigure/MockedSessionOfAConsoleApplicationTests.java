package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Session;
import dev.rfx.session.testkit.ScriptedRobot;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

/** As {@link MockedSessionTests}, without a web server but with the progress line. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {"rfx.session.auto-startup=false", "rfx.session.duration=1s"})
class MockedSessionOfAConsoleApplicationTests {

    @MockitoBean private Session session;

    @Autowired private ScriptedRobot robot;
    @Autowired private ObjectProvider<SessionLifecycle> lifecycles;
    @Autowired private ProgressLine progressLine;

    @Test
    void mockIsTheApplicationsAlone() {
        assertThat(this.progressLine.hasEnd()).isFalse();
        assertThat(this.lifecycles.stream()).isEmpty();
        assertThat(this.robot.calls()).isZero();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}
}
