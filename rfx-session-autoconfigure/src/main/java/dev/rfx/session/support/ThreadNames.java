package dev.rfx.session.support;

/** Names the threads of a session. Internal to {@code dev.rfx.session}. */
public final class ThreadNames {

    private static final String PREFIX = "rfx-session";

    private ThreadNames() {}

    /**
     * {@return such as {@code rfx-session-left-events} for a session named {@code left}} A session
     * whose name begins with the prefix does not get it twice: {@code rfx-session-events} for one
     * named {@code rfx-session}.
     *
     * @param session the name of the session
     * @param suffix what the thread does, with a hyphen before it; empty for the control thread
     */
    public static String of(String session, String suffix) {
        boolean prefixed = session.equals(PREFIX) || session.startsWith(PREFIX + '-');
        return (prefixed ? session : PREFIX + '-' + session) + suffix;
    }
}
