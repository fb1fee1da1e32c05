package dev.rfx.session.actuate;

/**
 * A page of the application on which one sees its sessions. Declared as a bean in a web
 * application, it is named with its address in the log when the application is ready:
 *
 * <pre>{@code
 * @Bean
 * SessionPage page() {
 *     return new SessionPage("/arm.html");
 * }
 * }</pre>
 *
 * @param path where the page is within the application, beginning with a slash: what comes before
 *     it, as {@code server.servlet.context-path}, is not part of it
 */
public record SessionPage(String path) {

    /**
     * Checks the path.
     *
     * @param path where the page is
     * @throws IllegalArgumentException if the path does not begin with a slash
     */
    public SessionPage {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path is '" + path + "', but must begin with /");
        }
    }
}
