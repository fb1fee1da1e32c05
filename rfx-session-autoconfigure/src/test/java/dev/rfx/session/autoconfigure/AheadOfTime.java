package dev.rfx.session.autoconfigure;

import java.util.function.Consumer;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

/**
 * An application that is processed ahead of time: the properties at build time decide which beans
 * exist. A test that runs it needs {@code @CompileWithForkedClassLoader}.
 */
final class AheadOfTime {

    private final ApplicationContextInitializer<GenericApplicationContext> initializer;

    private AheadOfTime(ApplicationContextInitializer<GenericApplicationContext> initializer) {
        this.initializer = initializer;
    }

    /** Processes an application with properties at build time, and compiles the result. */
    static void build(Class<?> source, Consumer<AheadOfTime> test, String... properties) {
        TestGenerationContext generated = new TestGenerationContext(source);
        ClassName initializer = process(source, generated, properties);
        TestCompiler.forSystem()
                .with(generated)
                .compile(
                        compiled ->
                                test.accept(
                                        new AheadOfTime(
                                                initializer(
                                                        compiled.getInstance(
                                                                ApplicationContextInitializer.class,
                                                                initializer.toString())))));
    }

    /** Processes an application, and returns what it needs in a native image. */
    static RuntimeHints hints(Class<?> source, String... properties) {
        TestGenerationContext generated = new TestGenerationContext(source);
        process(source, generated, properties);
        return generated.getRuntimeHints();
    }

    private static ClassName process(
            Class<?> source, TestGenerationContext generated, String... properties) {
        System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
        try (AnnotationConfigApplicationContext context =
                new AnnotationConfigApplicationContext()) {
            context.register(source);
            TestPropertyValues.of(properties).applyTo(context);
            ClassName initializer =
                    new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
            generated.writeGeneratedContent();
            return initializer;
        } finally {
            System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
        }
    }

    /** Runs the application with properties at run time. */
    void run(Consumer<GenericApplicationContext> test, String... properties) {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            TestPropertyValues.of(properties).applyTo(context);
            this.initializer.initialize(context);
            context.refresh();
            test.accept(context);
        }
    }

    @SuppressWarnings("unchecked")
    private static ApplicationContextInitializer<GenericApplicationContext> initializer(
            ApplicationContextInitializer<?> compiled) {
        return (ApplicationContextInitializer<GenericApplicationContext>) compiled;
    }
}
