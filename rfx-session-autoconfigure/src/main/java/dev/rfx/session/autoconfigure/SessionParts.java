package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.StringUtils;

/** Finds the robot and the policy of a session among the beans. */
final class SessionParts {

    /** What a session consists of, and how its beans are found. */
    private enum Part {
        ROBOT(
                Robot.class,
                "robot",
                SessionProperties::robot,
                "so101.port",
                ConfiguredSession::port,
                "So101Robot"),
        POLICY(
                Policy.class,
                "policy",
                SessionProperties::policy,
                "onnx.model",
                ConfiguredSession::model,
                "OnnxPolicy");

        private final Class<?> type;
        private final String property;
        private final Function<SessionProperties, @Nullable String> named;
        private final String ownProperty;
        private final Function<ConfiguredSession, @Nullable String> ownValue;
        private final String own;

        Part(
                Class<?> type,
                String property,
                Function<SessionProperties, @Nullable String> named,
                String ownProperty,
                Function<ConfiguredSession, @Nullable String> ownValue,
                String own) {
            this.type = type;
            this.property = property;
            this.named = named;
            this.ownProperty = ownProperty;
            this.ownValue = ownValue;
            this.own = own;
        }

        String typeName() {
            return this.type.getSimpleName();
        }
    }

    private final ConfigurableListableBeanFactory beanFactory;
    private final ConfiguredSessions sessions;

    SessionParts(ConfigurableListableBeanFactory beanFactory, ConfiguredSessions sessions) {
        this.beanFactory = beanFactory;
        this.sessions = sessions;
    }

    /** {@return the name of the arm that the properties of a session configure} */
    static String armOf(ConfiguredSession session) {
        return session.beanOf(Part.ROBOT.own);
    }

    /** {@return the name of the trained policy that the properties of a session configure} */
    static String modelOf(ConfiguredSession session) {
        return session.beanOf(Part.POLICY.own);
    }

    /**
     * Returns the name of the robot of a session.
     *
     * @throws ConfigurationException if there is none, or not one
     */
    String robotOf(ConfiguredSession session) {
        return find(Part.ROBOT, session);
    }

    /**
     * Returns the name of the policy of a session.
     *
     * @throws ConfigurationException if there is none, or not one
     */
    String policyOf(ConfiguredSession session) {
        return find(Part.POLICY, session);
    }

    private String find(Part part, ConfiguredSession session) {
        String value = part.named.apply(session.properties());
        String named = StringUtils.hasText(value) ? value : null;
        if (session.isNamed() && part.ownValue.apply(session) != null) {
            if (named != null) {
                throw namedAndOwn(part, session, named);
            }
            return session.beanOf(part.own);
        }
        if (named != null) {
            return requireBean(part, session, named);
        }
        List<String> candidates = session.isNamed() ? ofName(part, session) : List.of();
        if (candidates.isEmpty()) {
            candidates = candidates(part);
        }
        if (candidates.size() != 1) {
            throw notOne(part, session, candidates);
        }
        return candidates.get(0);
    }

    private String requireBean(Part part, ConfiguredSession session, String named) {
        if (!this.beanFactory.containsBean(named)) {
            throw unusable(part, session, named, "there is no bean of this name");
        }
        if (!this.beanFactory.isTypeMatch(named, part.type)) {
            throw unusable(part, session, named, "this bean is not a " + part.typeName());
        }
        return named;
    }

    /** The beans with the name of the session as their qualifier, or else in their name. */
    private List<String> ofName(Part part, ConfiguredSession session) {
        List<String> qualified =
                beans(part)
                        .filter(
                                bean ->
                                        BeanFactoryAnnotationUtils.isQualifierMatch(
                                                session.name()::equals, bean, this.beanFactory))
                        .toList();
        if (!qualified.isEmpty()) {
            return qualified;
        }
        String named = session.beanOf(part.typeName());
        return beans(part).filter(named::equals).toList();
    }

    private Stream<String> beans(Part part) {
        return Candidates.all(this.beanFactory, part.type).stream();
    }

    /** Without the arms and the trained policies that belong to one session. */
    private List<String> candidates(Part part) {
        Set<String> owned =
                this.sessions.all().stream()
                        .map(session -> session.beanOf(part.own))
                        .collect(Collectors.toSet());
        return Candidates.of(this.beanFactory, part.type).stream()
                .filter(bean -> !owned.contains(bean))
                .toList();
    }

    private ConfigurationException namedAndOwn(Part part, ConfiguredSession session, String named) {
        return new ConfigurationException(
                "%s is '%s', but %s is set, too"
                        .formatted(
                                session.nameOf(part.property),
                                named,
                                session.nameOf(part.ownProperty)),
                "Remove one of the two.");
    }

    private ConfigurationException unusable(
            Part part, ConfiguredSession session, String named, String problem) {
        return new ConfigurationException(
                "%s is '%s', but %s".formatted(session.nameOf(part.property), named, problem),
                "Correct the name. The %s beans are %s."
                        .formatted(part.typeName(), beans(part).toList()));
    }

    private ConfigurationException notOne(
            Part part, ConfiguredSession session, List<String> candidates) {
        String type = part.typeName();
        String found =
                candidates.isEmpty()
                        ? "There is no " + type + " bean"
                        : "There are %d %s beans, %s"
                                .formatted(candidates.size(), type, candidates);
        if (!session.isNamed()) {
            return new ConfigurationException(
                    "%s for the session".formatted(found),
                    "Set %s to the name of the bean.".formatted(session.nameOf(part.property)));
        }
        return new ConfigurationException(
                "%s for session '%s'".formatted(found, session.name()),
                "Set %s or %s, mark a %s bean with @Qualifier(\"%s\"), or name it '%s'."
                        .formatted(
                                session.nameOf(part.property),
                                session.nameOf(part.ownProperty),
                                type,
                                session.name(),
                                session.beanOf(type)));
    }
}
