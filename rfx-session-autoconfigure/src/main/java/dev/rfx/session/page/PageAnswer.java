package dev.rfx.session.page;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer to a command.
 *
 * @param status status of HTTP
 * @param json the body
 */
record PageAnswer(int status, byte[] json) {

    static PageAnswer of(int status, Object body) {
        return new PageAnswer(status, JsonMapper.shared().writeValueAsBytes(body));
    }

    static PageAnswer message(int status, String message) {
        return of(status, Map.of("message", message));
    }
}
