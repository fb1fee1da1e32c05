package dev.rfx.session.sample;

/** X. */
public final class SampleApplication {
    private SampleApplication() {}

    /** m. @param args a */
    public static void main(String[] args) {
        System.out.println("HELLO " + dev.rfx.session.X.class);
    }
}
