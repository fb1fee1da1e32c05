package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.ReplyParser;

/**
 * Receives the replies to a request one by one. Their values are valid only once the request has
 * succeeded as a whole.
 */
@FunctionalInterface
interface Replies {

    /** Discards the replies. */
    Replies IGNORED = (joint, reply) -> {};

    /** Reads the values of one reply, which are available until this method returns. */
    void replied(Joint joint, ReplyParser reply);
}
