package dev.rfx.session.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.function.ServerResponse.HeadersBuilder;

/**
 * Serves a {@link LivePage} with Spring MVC.
 *
 * @since 0.1
 */
public final class ServletLivePage {

    private final LivePage page;

    private ServletLivePage(LivePage page) {
        this.page = page;
    }

    /**
     * {@return the routes of a page}
     *
     * @param page the page
     */
    public static RouterFunction<ServerResponse> routes(LivePage page) {
        return new ServletLivePage(page).routes();
    }

    private RouterFunction<ServerResponse> routes() {
        String folder = this.page.folder();
        RouterFunctions.Builder routes = RouterFunctions.route();
        if (!folder.equals("/")) {
            String path = folder.substring(0, folder.length() - 1);
            String relative = folder.substring(path.lastIndexOf('/') + 1);
            routes.GET(path, request -> redirect(relative));
        }
        PageAsset index = PageAsset.index();
        routes.GET(folder, request -> asset(request, index));
        for (PageAsset asset : PageAsset.others()) {
            routes.GET(folder + asset.name(), request -> asset(request, asset));
        }
        return routes.GET(folder + "live", this::live)
                .POST(folder + "commands/{command}", request -> command(request, null))
                .POST(
                        folder + "commands/{command}/{session}",
                        request -> command(request, request.pathVariable("session")))
                .build();
    }

    /** The location is relative, so that it is right behind any proxy. */
    private static ServerResponse redirect(String relative) {
        return ServerResponse.status(HttpStatus.FOUND).location(URI.create(relative)).build();
    }

    private static ServerResponse asset(ServerRequest request, PageAsset asset) {
        String tag = String.valueOf(asset.headers().getETag());
        return request.checkNotModified(tag)
                .orElseGet(
                        () ->
                                ServerResponse.ok()
                                        .headers(headers -> headers.putAll(asset.headers()))
                                        .build(writing(asset.content())));
    }

    /** Message converters of the application have no part in it. */
    private static HeadersBuilder.WriteFunction writing(byte[] content) {
        return (request, response) -> {
            response.setContentLength(content.length);
            response.getOutputStream().write(content);
            return null;
        };
    }

    /** Sends five frames per second until the viewer leaves or falls behind, or the end. */
    private ServerResponse live(ServerRequest request) {
        if (CommandGuard.isFromAnotherSite(request.headers().header("Sec-Fetch-Site"))) {
            return ServerResponse.status(HttpStatus.FORBIDDEN).build();
        }
        EventConnection connection = new EventConnection();
        try {
            this.page.feed().add(connection);
        } catch (ViewerRefusedException ex) {
            return ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .contentType(MediaType.TEXT_PLAIN)
                    .build(writing(String.valueOf(ex.getMessage()).getBytes(UTF_8)));
        }
        return ServerResponse.sse(connection.events::complete, Duration.ZERO);
    }

    private ServerResponse command(ServerRequest request, @Nullable String session) {
        PageAnswer answer =
                this.page
                        .commands()
                        .execute(
                                new PageCommands.Request(
                                        request.uri(),
                                        request.headers().header("Origin"),
                                        request.headers().header("Sec-Fetch-Site"),
                                        request.principal().orElse(null),
                                        request.pathVariable("command"),
                                        session));
        return ServerResponse.status(answer.status())
                .contentType(MediaType.APPLICATION_JSON)
                .build(writing(answer.json()));
    }

    /** The connection to one viewer, which opens when Spring MVC has handled the request. */
    private static final class EventConnection implements Viewers.Connection {

        private static final long PATIENCE_SECONDS = 10;

        private final CompletableFuture<ServerResponse.SseBuilder> events =
                new CompletableFuture<>();

        @Override
        public void send(String message) throws IOException {
            events().send(message);
        }

        @Override
        public void close() {
            if (this.events.isDone()) {
                this.events.join().complete();
            }
        }

        private ServerResponse.SseBuilder events() throws IOException {
            try {
                return this.events.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException ex) {
                throw new IOException("The connection did not open", ex);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted before the connection opened", ex);
            }
        }
    }
}
