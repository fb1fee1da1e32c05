package dev.rfx.session.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Serves a {@link LivePage} with Spring WebFlux.
 *
 * @since 0.1
 */
public final class ReactiveLivePage {

    private final LivePage page;

    private ReactiveLivePage(LivePage page) {
        this.page = page;
    }

    /**
     * {@return the routes of a page}
     *
     * @param page the page
     */
    public static RouterFunction<ServerResponse> routes(LivePage page) {
        return new ReactiveLivePage(page).routes();
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
    private static Mono<ServerResponse> redirect(String relative) {
        return ServerResponse.status(HttpStatus.FOUND).location(URI.create(relative)).build();
    }

    private static Mono<ServerResponse> asset(ServerRequest request, PageAsset asset) {
        return request.checkNotModified(String.valueOf(asset.headers().getETag()))
                .switchIfEmpty(
                        Mono.defer(
                                () ->
                                        ServerResponse.ok()
                                                .headers(headers -> headers.putAll(asset.headers()))
                                                .contentLength(asset.content().length)
                                                .body(writing(asset.content()))));
    }

    /** Codecs of the application have no part in it. */
    private static BodyInserter<Object, ReactiveHttpOutputMessage> writing(byte[] content) {
        return (response, context) ->
                response.writeWith(Mono.just(response.bufferFactory().wrap(content)));
    }

    /** Sends five frames per second until the viewer leaves or falls behind, or the end. */
    private Mono<ServerResponse> live(ServerRequest request) {
        if (CommandGuard.isFromAnotherSite(request.headers().header("Sec-Fetch-Site"))) {
            return ServerResponse.status(HttpStatus.FORBIDDEN).build();
        }
        return Mono.fromCallable(
                        () -> {
                            EventConnection connection = new EventConnection();
                            this.page.feed().add(connection); // waits for the first frame
                            return connection;
                        })
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(
                        connection ->
                                ServerResponse.ok()
                                        .contentType(MediaType.TEXT_EVENT_STREAM)
                                        .cacheControl(CacheControl.noStore())
                                        .body(connection.events(), String.class))
                .onErrorResume(
                        ViewerRefusedException.class,
                        ex ->
                                ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                                        .contentType(MediaType.TEXT_PLAIN)
                                        .body(
                                                writing(
                                                        String.valueOf(ex.getMessage())
                                                                .getBytes(UTF_8))));
    }

    private Mono<ServerResponse> command(ServerRequest request, @Nullable String session) {
        return request.principal()
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(
                        principal ->
                                execute(
                                        new PageCommands.Request(
                                                request.uri(),
                                                request.headers().header("Origin"),
                                                request.headers().header("Sec-Fetch-Site"),
                                                principal.orElse(null),
                                                request.pathVariable("command"),
                                                session)))
                .flatMap(
                        answer ->
                                ServerResponse.status(answer.status())
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .body(writing(answer.json())));
    }

    private Mono<PageAnswer> execute(PageCommands.Request command) {
        return Mono.fromFuture(
                CompletableFuture.supplyAsync(
                        () -> this.page.commands().execute(command), ReactiveLivePage::run));
    }

    /** A thread for each command, so that a STOP never waits for a START. */
    private static void run(Runnable command) {
        Thread thread = new Thread(command, "rfx-session-command");
        thread.setDaemon(true);
        thread.start();
    }

    /** The connection to one viewer. The viewer's thread waits until the browser has read. */
    private static final class EventConnection implements Viewers.Connection {

        private static final Duration PATIENCE = Duration.ofSeconds(10);

        private @Nullable FluxSink<String> sink; // guarded by this
        private boolean ended; // guarded by this

        Flux<String> events() {
            return Flux.create(this::open);
        }

        private synchronized void open(FluxSink<String> opened) {
            this.sink = opened;
            opened.onRequest(count -> wake(false));
            opened.onDispose(() -> wake(true));
            notifyAll();
        }

        private synchronized void wake(boolean end) {
            this.ended |= end;
            notifyAll();
        }

        @Override
        public void send(String message) throws IOException {
            awaitDemand().next(message);
        }

        private synchronized FluxSink<String> awaitDemand() throws IOException {
            try {
                long begin = System.nanoTime();
                long left = PATIENCE.toMillis();
                while (!this.ended && !isReading() && left > 0) {
                    wait(left);
                    left = PATIENCE.minusNanos(System.nanoTime() - begin).toMillis();
                }
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted before the viewer has read", ex);
            }
            if (this.sink == null || this.ended || !isReading()) {
                throw new IOException("The viewer has left, or does not read");
            }
            return this.sink;
        }

        private synchronized boolean isReading() {
            return this.sink != null && this.sink.requestedFromDownstream() > 0;
        }

        @Override
        public void close() {
            FluxSink<String> opened;
            synchronized (this) {
                opened = this.sink;
            }
            if (opened != null) {
                opened.complete();
            }
        }
    }
}
