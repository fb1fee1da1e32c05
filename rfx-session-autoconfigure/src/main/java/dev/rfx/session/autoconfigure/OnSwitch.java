package dev.rfx.session.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The condition of {@link ConditionalOnSwitch}. */
final class OnSwitch extends SpringBootCondition {

    /** {@return whether the application is processed ahead of time, and does not run} */
    static boolean isProcessedAheadOfTime() {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
    }

    static boolean isOn(MergedAnnotation<ConditionalOnSwitch> condition, Environment environment) {
        return isProcessedAheadOfTime()
                || environment.getProperty(
                        condition.getString(MergedAnnotation.VALUE),
                        Boolean.class,
                        condition.getBoolean("matchIfMissing"));
    }

    @Override
    public ConditionOutcome getMatchOutcome(
            ConditionContext context, AnnotatedTypeMetadata metadata) {
        return metadata.getAnnotations().stream(ConditionalOnSwitch.class)
                .filter(condition -> !isOn(condition, context.getEnvironment()))
                .map(condition -> condition.getString(MergedAnnotation.VALUE) + " is not true")
                .findFirst()
                .map(reason -> ConditionOutcome.noMatch(message().because(reason)))
                .orElseGet(() -> ConditionOutcome.match(message().because("the switch is on")));
    }

    private static ConditionMessage.Builder message() {
        return ConditionMessage.forCondition(ConditionalOnSwitch.class);
    }
}
