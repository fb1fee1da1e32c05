package dev.rfx.session.page;

/** The feed does not accept a viewer now. */
final class ViewerRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private ViewerRefusedException(String message) {
        super(message);
    }

    static ViewerRefusedException tooMany(int max) {
        return new ViewerRefusedException(
                "There are %d viewers already; try again when one has left".formatted(max));
    }

    static ViewerRefusedException hanging() {
        return new ViewerRefusedException(
                "The live page cannot read the sessions: readings() of a robot does not return");
    }

    static ViewerRefusedException ending() {
        return new ViewerRefusedException("The application is ending");
    }
}
