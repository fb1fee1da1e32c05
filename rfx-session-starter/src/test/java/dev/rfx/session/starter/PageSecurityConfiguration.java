package dev.rfx.session.starter;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.web.SecurityFilterChain;

@Configuration(proxyBeanMethods = false)
class PageSecurityConfiguration {

    @Bean
    SecurityFilterChain page(HttpSecurity http) {
        return http.securityMatcher("/rfx/**")
                .authorizeHttpRequests(
                        requests ->
                                requests.requestMatchers(HttpMethod.POST, "/rfx/commands/**")
                                        .hasRole("OPERATOR")
                                        .anyRequest()
                                        .authenticated())
                // The page sends the token of the cookie XSRF-TOKEN with each command.
                .csrf(CsrfConfigurer::spa)
                .httpBasic(Customizer.withDefaults())
                .build();
    }
}
