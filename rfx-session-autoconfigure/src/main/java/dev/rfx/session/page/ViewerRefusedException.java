package dev.rfx.session.page;

/** The feed accepts no more viewers. */
final class ViewerRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private ViewerRefusedException(String message) {
        super(message);
    }

    static ViewerRefusedException tooMany(int max) {
        return new ViewerRefusedException(
                "There are %d viewers already; try again when one has left".formatted(max));
    }

    static ViewerRefusedException ending() {
        return new ViewerRefusedException("The application is ending");
    }
}
