package dev.rfx.session.autoconfigure;

import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Refuses an application that configures a trained policy which no session uses, because the
 * application has another policy. The properties apply, or the application does not start.
 */
final class OnnxPolicyCheck implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beanFactory;
    private final SessionOptions options;

    OnnxPolicyCheck(ConfigurableListableBeanFactory beanFactory, SessionOptions options) {
        this.beanFactory = beanFactory;
        this.options = options;
    }

    /**
     * Checks the sessions and the policies of this context.
     *
     * @throws ConfigurationException if the policy has no effect, or a session has another rate
     */
    @Override
    public void afterSingletonsInstantiated() {
        Set<String> users = users();
        Map<String, Session> sessions = SessionBeans.of(this.beanFactory);
        List<String> others = new ArrayList<>(sessions.keySet());
        others.addAll(
                Arrays.asList(this.beanFactory.getBeanNamesForType(Policy.class, true, false)));
        others.remove(OnnxPolicyAutoConfiguration.POLICY);
        if (!others.isEmpty() && others.stream().noneMatch(users::contains)) {
            throw isNotUsed(others);
        }
        sessions.forEach(
                (name, session) -> {
                    if (users.contains(name)) {
                        requireRate(name, session);
                    }
                });
    }

    /** {@return the beans that have the policy, or a bean that has it} */
    private Set<String> users() {
        Set<String> users = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(Set.of(OnnxPolicyAutoConfiguration.POLICY));
        while (!open.isEmpty()) {
            for (String user : this.beanFactory.getDependentBeans(open.remove())) {
                if (users.add(user)) {
                    open.add(user);
                }
            }
        }
        return users;
    }

    private static ConfigurationException isNotUsed(List<String> others) {
        return new ConfigurationException(
                "%s is set, but the application has %s, which does not use this policy"
                        .formatted(OnnxPolicyAutoConfiguration.MODEL, others),
                """
                Remove the property, or set it to false. Or let a bean of the application use the \
                policy:

                    @Bean
                    @Primary
                    Policy<Observation, Tensor> policy(OnnxPolicy trained) {
                        return new MyPolicy(trained);
                    }
                """);
    }

    private void requireRate(String name, Session session) {
        double rateHz = session.options().rateHz();
        if (rateHz != this.options.rateHz()) {
            throw new ConfigurationException(
                    "The policy of %s counts with rfx.session.rate-hz, %s Hz, but the Session bean '%s' has %s Hz"
                            .formatted(
                                    OnnxPolicyAutoConfiguration.MODEL,
                                    this.options.rateHz(),
                                    name,
                                    rateHz),
                    "Set rfx.session.rate-hz to the rate of the session. For several rates, build"
                            + " each policy with OnnxPolicy.builder.");
        }
    }
}
