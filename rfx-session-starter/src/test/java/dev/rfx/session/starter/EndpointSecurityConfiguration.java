package dev.rfx.session.starter;

import dev.rfx.session.actuate.SessionEndpoint;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

@Configuration(proxyBeanMethods = false)
class EndpointSecurityConfiguration {

    @Bean
    SecurityFilterChain endpoints(HttpSecurity http) {
        return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                .authorizeHttpRequests(
                        requests ->
                                requests.requestMatchers(
                                                EndpointRequest.to(SessionEndpoint.class)
                                                        .withHttpMethod(HttpMethod.POST))
                                        .hasRole("OPERATOR")
                                        .anyRequest()
                                        .authenticated())
                // No browser session, no cookie: there is nothing that another page could use.
                .sessionManagement(
                        sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(
                        csrf ->
                                csrf.ignoringRequestMatchers(
                                        EndpointRequest.to(SessionEndpoint.class)))
                .httpBasic(Customizer.withDefaults())
                .build();
    }
}
