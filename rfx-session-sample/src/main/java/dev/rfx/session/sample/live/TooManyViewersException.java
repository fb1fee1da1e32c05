package dev.rfx.session.sample.live;

/** There are as many viewers as there may be. */
final class TooManyViewersException extends Exception {

    private static final long serialVersionUID = 1L;

    TooManyViewersException(int max) {
        super("There are %d viewers already; try again when one has left".formatted(max));
    }
}
