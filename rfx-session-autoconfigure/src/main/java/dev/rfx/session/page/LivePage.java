package dev.rfx.session.page;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionEndpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * The live page of sessions: what an operator sees of them in a browser, and optionally commands.
 * {@link ServletLivePage} and {@link ReactiveLivePage} serve it.
 *
 * <p>It watches the sessions from {@link #start()} to {@link #stop()}, with and without viewers.
 * Watching makes no control loop wait. Only with viewers does the page read the robots.
 *
 * @since 0.1
 */
@ImportRuntimeHints(LivePage.Hints.class)
public final class LivePage implements SmartLifecycle {

    private final PageOptions options;
    private final LiveFeed feed;
    private final PageCommands commands;

    /**
     * Creates a page.
     *
     * @param sessions the sessions by bean name
     * @param endpoint carries out the commands
     * @param options the settings
     */
    public LivePage(Map<String, Session> sessions, SessionEndpoint endpoint, PageOptions options) {
        this.options = options;
        this.feed = new LiveFeed(sessions, options.commands(), new Viewers(options.maxViewers()));
        this.commands = new PageCommands(sessions, endpoint, options);
    }

    /** Returns the path of the page with a slash at the end, so that relative URLs work. */
    String folder() {
        return this.options.path().equals("/") ? "/" : this.options.path() + "/";
    }

    LiveFeed feed() {
        return this.feed;
    }

    PageCommands commands() {
        return this.commands;
    }

    /** Starts to watch the sessions. */
    @Override
    public void start() {
        this.feed.start();
    }

    /** Sends a last frame to the viewers, and closes their connections. */
    @Override
    public void stop() {
        this.feed.stop();
    }

    @Override
    public boolean isRunning() {
        return this.feed.isRunning();
    }

    /**
     * {@return a phase that stops after the sessions and before the web server, so that the page
     * shows how the runs ended}
     */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }

    /** The files, and what Jackson writes, in a native image. */
    static final class Hints implements RuntimeHintsRegistrar {

        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            hints.resources().registerPattern(PageAsset.FOLDER.substring(1) + "**");
            new BindingReflectionHintsRegistrar()
                    .registerReflectionHints(hints.reflection(), Frame.class);
        }
    }
}
