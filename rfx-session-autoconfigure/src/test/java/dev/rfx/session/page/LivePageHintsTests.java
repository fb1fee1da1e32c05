package dev.rfx.session.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

import dev.rfx.session.actuate.SessionDescriptor;
import dev.rfx.session.actuate.SessionEndpoint;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** A native image has the files of the page, and what Jackson writes. */
class LivePageHintsTests {

    static class Application {

        @Bean
        LivePage page() {
            return new LivePage(Map.of(), new SessionEndpoint(Map.of()), PageOptions.defaults());
        }
    }

    /** Returns the hints of the build of an application with a page. */
    private static RuntimeHints hints() {
        DefaultGenerationContext build =
                new DefaultGenerationContext(
                        new ClassNameGenerator(ClassName.get(Application.class)),
                        new InMemoryGeneratedFiles());
        try (AnnotationConfigApplicationContext context =
                new AnnotationConfigApplicationContext()) {
            context.register(Application.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, build);
        }
        return build.getRuntimeHints();
    }

    @Test
    void everyFileAndEveryPartOfAFrameHasAHint() {
        RuntimeHints hints = hints();

        assertThat(PageAsset.others()).isNotEmpty();
        for (PageAsset asset : PageAsset.others()) {
            assertThat(resource().forResource("META-INF/rfx-session/page/" + asset.name()))
                    .as(asset.name())
                    .accepts(hints);
        }
        assertThat(resource().forResource("META-INF/rfx-session/page/index.html")).accepts(hints);
        for (Class<?> part :
                new Class<?>[] {
                    Frame.class, Frame.View.class, Point.class, SessionDescriptor.class
                }) {
            assertThat(reflection().onType(part)).as(part.getName()).accepts(hints);
        }
        assertThat(reflection().onMethodInvocation(Frame.View.class, "points")).accepts(hints);
    }
}
