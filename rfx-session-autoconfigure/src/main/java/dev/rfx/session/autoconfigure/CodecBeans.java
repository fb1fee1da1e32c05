package dev.rfx.session.autoconfigure;

import dev.rfx.session.recording.Codec;
import dev.rfx.session.recording.RecordingOptions;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/** Records the types for which the application has {@link Codec} beans. */
final class CodecBeans {

    private CodecBeans() {}

    /**
     * Returns the options with all codecs of the application.
     *
     * @throws ConfigurationException if the type of a codec is unknown
     */
    static RecordingOptions addTo(
            RecordingOptions options, ConfigurableListableBeanFactory beanFactory) {
        RecordingOptions all = options;
        for (String name : beanFactory.getBeanNamesForType(Codec.class)) {
            Codec<?> codec = beanFactory.getBean(name, Codec.class);
            all = add(all, typeOf(name, codec, beanFactory), codec);
        }
        return all;
    }

    /** The type is that of the values of the codec. */
    @SuppressWarnings("unchecked")
    private static <T> RecordingOptions add(
            RecordingOptions options, Class<?> type, Codec<T> codec) {
        return options.withCodec((Class<T>) type, codec);
    }

    private static Class<?> typeOf(
            String name, Codec<?> codec, ConfigurableListableBeanFactory beanFactory) {
        Class<?> type = valuesOf(ResolvableType.forClass(AopUtils.getTargetClass(codec)));
        if (type == null && beanFactory.containsBeanDefinition(name)) {
            // A generic class lacks the type that the bean method may have.
            type = valuesOf(beanFactory.getMergedBeanDefinition(name).getResolvableType());
        }
        if (type == null) {
            throw new ConfigurationException(
                    "The Codec bean '%s' does not declare the type of its values".formatted(name),
                    "Return it from its bean method as Codec<ArmState>, with the type in question.");
        }
        return type;
    }

    private static @Nullable Class<?> valuesOf(ResolvableType codec) {
        return codec.as(Codec.class).resolveGeneric(0);
    }
}
