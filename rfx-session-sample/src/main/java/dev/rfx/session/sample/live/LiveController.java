package dev.rfx.session.sample.live;

import java.io.IOException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Streams frames to the page. Commands go to the actuator endpoint. */
@RestController
@ConditionalOnWebApplication(type = Type.SERVLET)
final class LiveController {

    private static final long NO_TIMEOUT = 0;

    private final LiveFeed feed;

    LiveController(LiveFeed feed) {
        this.feed = feed;
    }

    /** Sends five frames per second until the viewer leaves or falls behind, or the end. */
    @GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> live() throws ViewerRefusedException {
        SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        this.feed.add(new EmitterConnection(emitter));
        return ResponseEntity.ok().header(HttpHeaders.CACHE_CONTROL, "no-store").body(emitter);
    }

    @ExceptionHandler
    ResponseEntity<String> refuse(ViewerRefusedException ex) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.TEXT_PLAIN)
                .body(ex.getMessage());
    }

    private record EmitterConnection(SseEmitter emitter) implements Viewers.Connection {

        @Override
        public void send(String message) throws IOException {
            this.emitter.send(message, MediaType.TEXT_PLAIN);
        }

        @Override
        public void close() {
            this.emitter.complete();
        }
    }
}
