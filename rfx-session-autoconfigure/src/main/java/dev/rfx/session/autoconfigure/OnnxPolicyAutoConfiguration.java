package dev.rfx.session.autoconfigure;

import dev.rfx.session.Robot;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.onnx.OnnxPolicy;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of a trained policy as the {@code Policy}, if its model is set. The model is
 * loaded when a session starts, not here. It is closed with the application, after the sessions.
 *
 * @since 0.1
 */
@AutoConfiguration(before = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@ConditionalOnProperty(OnnxPolicyAutoConfiguration.MODEL)
@EnableConfigurationProperties(OnnxProperties.class)
public final class OnnxPolicyAutoConfiguration {

    static final String MODEL = "rfx.session.onnx.model";
    static final String POLICY = "rfxOnnxPolicy";

    private static final String LIBRARY = "ai/onnxruntime/OrtSession.class";

    @Bean(POLICY)
    OnnxPolicy rfxOnnxPolicy(
            Environment environment,
            ObjectProvider<Robot<?, ?>> robots,
            SessionOptions options,
            ResourceLoader resources) {
        return policy(
                ConfiguredSession.common(environment), () -> robot(robots), options, resources);
    }

    /** {@return the policy with the properties of a session} */
    static OnnxPolicy policy(
            ConfiguredSession session,
            Supplier<Robot<?, ?>> robot,
            SessionOptions options,
            ResourceLoader resources) {
        requireLibrary(session, resources);
        List<String> joints = robot.get().joints();
        return session.checked(
                () -> session.onnx().toPolicy(new ModelFiles(resources), joints, options.rateHz()));
    }

    /** Looks for a resource, because the class would load native code. */
    private static void requireLibrary(ConfiguredSession session, ResourceLoader classPath) {
        if (!classPath.getResource(ResourceLoader.CLASSPATH_URL_PREFIX + LIBRARY).exists()) {
            throw new ConfigurationException(
                    session.nameOf("onnx.model") + " is set, but ONNX Runtime is missing",
                    "Add com.microsoft.onnxruntime:onnxruntime to the class path, or remove the"
                            + " property.");
        }
    }

    private static Robot<?, ?> robot(ObjectProvider<Robot<?, ?>> robots) {
        Robot<?, ?> robot = robots.getIfUnique();
        if (robot == null) {
            throw new ConfigurationException(
                    MODEL
                            + " is set, but there is not one Robot bean whose joints the policy moves",
                    "Declare one Robot bean, or mark one as @Primary. For several robots, set the"
                            + " property for each session: rfx.session.sessions.<name>.onnx.model.");
        }
        return robot;
    }

    @Bean
    OnnxPolicyCheck rfxOnnxPolicyCheck(
            ConfigurableListableBeanFactory beanFactory, SessionOptions options) {
        return new OnnxPolicyCheck(beanFactory, options);
    }
}
