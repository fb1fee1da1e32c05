package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.robot.LimitOptions;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Creates sessions with the properties of the application. The sessions that the properties
 * configure come from it, too, so that a {@code Session} bean of the application follows the same
 * rules:
 *
 * <pre>{@code
 * @Bean
 * Session gripper(SessionFactory sessions) {
 *     return sessions.create("gripper", new Gripper(), new GripperPolicy());
 * }
 * }</pre>
 *
 * <p>A session has the properties of {@code rfx.session.sessions} with its name, and those of
 * {@code rfx.session} for all that is not set there. Every {@link SessionOptionsCustomizer} for it
 * applies. A {@code Session} bean named {@code leftSession} replaces the one that the properties
 * configure as {@code left}.
 *
 * @since 0.1
 */
public final class SessionFactory {

    private final ConfigurableListableBeanFactory beanFactory;
    private final ConfiguredSessions sessions;
    private final SessionParts parts;

    /** The sessions that start with the application, by robot and by trained policy. */
    private final Map<Object, ConfiguredSession> started = new IdentityHashMap<>();

    SessionFactory(ConfigurableListableBeanFactory beanFactory, ConfiguredSessions sessions) {
        this.beanFactory = beanFactory;
        this.sessions = sessions;
        this.parts = new SessionParts(beanFactory, sessions);
    }

    /**
     * Creates a session with the properties of its name. Nothing moves before it starts.
     *
     * @param <O> the type of the observations
     * @param <A> the type of the actions
     * @param name the name of the session, and of its properties
     * @param robot the robot that the session drives
     * @param policy the policy that selects the actions
     * @return the session, which is started with the application if it is a bean
     * @throws InvalidConfigurationPropertyValueException if a property is outside its range, or
     *     does not fit the robot
     */
    public <O, A> Session create(
            String name, Robot<O, A> robot, Policy<? super O, ? extends A> policy) {
        return create(this.sessions.of(name), options(name), robot, policy);
    }

    /**
     * Returns the options of a session with the properties of its name.
     *
     * @param name the name of the session, and of its properties
     * @return the options
     * @throws InvalidConfigurationPropertyValueException if a property is outside its range
     */
    public SessionOptions options(String name) {
        return options(this.sessions.of(name));
    }

    SessionOptions options(ConfiguredSession session) {
        SessionOptions options = session.options();
        if (options.recording() instanceof RecordingOptions recording) {
            options = options.withRecording(CodecBeans.addTo(recording, this.beanFactory));
        }
        String name = session.isNamed() ? session.name() : options.name();
        for (SessionOptionsCustomizer customizer :
                QualifiedBeans.of(name, SessionOptionsCustomizer.class, this.beanFactory)) {
            options = requireOptions(customizer.customize(options), customizer, name);
        }
        return options;
    }

    private static SessionOptions requireOptions(
            @Nullable SessionOptions options, SessionOptionsCustomizer customizer, String session) {
        if (options == null) {
            throw new ConfigurationException(
                    "The SessionOptionsCustomizer %s returns null for session '%s'"
                            .formatted(customizer.getClass().getName(), session),
                    "Return the options that it receives, or changed ones.");
        }
        return options;
    }

    Robot<?, ?> robotOf(ConfiguredSession session) {
        return this.beanFactory.getBean(this.parts.robotOf(session), Robot.class);
    }

    /**
     * Creates a session of the beans that belong to it.
     *
     * @param bean the name of the session's bean
     * @throws ConfigurationException if it has no robot or no policy, or one of them has another
     *     session
     */
    Session create(ConfiguredSession session, SessionOptions options, String bean) {
        String robotName = this.parts.robotOf(session);
        String policyName = this.parts.policyOf(session);
        Robot<?, ?> robot = this.beanFactory.getBean(robotName, Robot.class);
        Policy<?, ?> policy = this.beanFactory.getBean(policyName, Policy.class);
        // Robot and policy are closed after the session.
        this.beanFactory.registerDependentBean(robotName, bean);
        this.beanFactory.registerDependentBean(policyName, bean);
        // Two beans may decorate one device. A mock has none.
        Object device = Objects.requireNonNullElse(robot.device(), robot);
        requireOneSession(session, "robot", "drive the same robot", robotName, device);
        if (policy instanceof OnnxPolicy) {
            requireOneSession(
                    session, "policy", "have the same trained policy", policyName, policy);
        }
        RobotAndPolicyTypes types =
                RobotAndPolicyTypes.of(this.beanFactory, robotName, robot, policyName, policy);
        types.requireMatch();
        if (options.limits() instanceof LimitOptions) {
            session.checked(
                    () -> {
                        types.requireTensorActions();
                        return null;
                    });
        }
        return connect(session, options, robot, policy);
    }

    /**
     * Two sessions may share a robot or a trained policy, which have a state, only if the
     * application starts them one at a time.
     */
    private void requireOneSession(
            ConfiguredSession session, String property, String what, String bean, Object shared) {
        if (!session.properties().autoStartup()) {
            return;
        }
        ConfiguredSession other = this.started.putIfAbsent(shared, session);
        if (other != null && !other.name().equals(session.name())) {
            throw new ConfigurationException(
                    "The sessions '%s' and '%s' would %s, bean '%s'"
                            .formatted(other.name(), session.name(), what, bean),
                    """
                    Give each session a %s of its own, such as %s: another bean. If only one of \
                    them is to run at a time, set auto-startup of one to false and start it when \
                    the other one has stopped."""
                            .formatted(property, session.nameOf(property)));
        }
    }

    /** The types have been checked as far as they are known. */
    @SuppressWarnings("unchecked")
    private static Session connect(
            ConfiguredSession session,
            SessionOptions options,
            Robot<?, ?> robot,
            Policy<?, ?> policy) {
        return create(
                session, options, (Robot<Object, Object>) robot, (Policy<Object, Object>) policy);
    }

    private static <O, A> Session create(
            ConfiguredSession session,
            SessionOptions options,
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy) {
        return session.checked(
                () -> {
                    PropertyChecks.checked(
                            "engage.max-speed",
                            options.engage().maxSpeed(),
                            speeds -> options.engage().requireFits(robot));
                    return options.limits() instanceof LimitOptions limits
                            ? PropertyChecks.checked(
                                    "limits", limits, any -> new Session(robot, policy, options))
                            : new Session(robot, policy, options);
                });
    }
}
