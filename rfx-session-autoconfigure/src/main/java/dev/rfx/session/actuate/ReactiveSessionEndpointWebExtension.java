package dev.rfx.session.actuate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import reactor.core.publisher.Mono;

/**
 * The endpoint over HTTP in a WebFlux application. It answers as {@link
 * SessionEndpointWebExtension} does.
 *
 * <p>Commands wait on threads of their own. Those that Reactor has for blocking work are few, and a
 * task is bound to one of them: a STOP could queue behind a START that waits for a reset.
 *
 * @since 0.1
 */
@EndpointWebExtension(endpoint = SessionEndpoint.class)
public final class ReactiveSessionEndpointWebExtension implements DisposableBean {

    /** For the commands that wait for no start. A STOP ends within the stop timeout. */
    private static final int THREADS_FOR_OTHER_COMMANDS = 128;

    private static final int IDLE_SECONDS = 10;

    private final SessionEndpointWebExtension delegate;
    private final ThreadPoolExecutor commands;

    /**
     * Creates an extension.
     *
     * @param endpoint the endpoint
     */
    public ReactiveSessionEndpointWebExtension(SessionEndpoint endpoint) {
        this.delegate = new SessionEndpointWebExtension(endpoint);
        int threads = endpoint.maxWaitingStarts() + THREADS_FOR_OTHER_COMMANDS;
        AtomicInteger number = new AtomicInteger();
        // One queue for all threads: a command waits only while none of them is free.
        this.commands =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread =
                                    new Thread(
                                            task,
                                            "rfx-session-command-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        this.commands.allowCoreThreadTimeOut(true);
    }

    /**
     * Shows one session.
     *
     * @param name its bean name
     * @return the session, or status 404 with the names of all sessions
     */
    @ReadOperation
    public WebEndpointResponse<Object> session(@Selector String name) {
        return this.delegate.session(name);
    }

    /**
     * Commands one session. The answer comes when the command is carried out.
     *
     * @param securityContext the source of the name of the caller, for the log
     * @param name its bean name
     * @param command a {@link SessionCommand}
     * @return the session afterwards
     */
    @WriteOperation
    public Mono<WebEndpointResponse<Object>> command(
            SecurityContext securityContext, @Selector String name, @Nullable String command) {
        return Mono.fromFuture(
                CompletableFuture.supplyAsync(
                        () -> this.delegate.command(securityContext, name, command),
                        this.commands));
    }

    /** Ends the threads when their commands are carried out. */
    @Override
    public void destroy() {
        this.commands.shutdown();
    }
}
