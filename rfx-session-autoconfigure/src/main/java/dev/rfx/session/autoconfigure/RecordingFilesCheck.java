package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.recording.RecordingOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Refuses two sessions whose recordings have the same names in the same directory: each would count
 * and delete the files of the other.
 */
final class RecordingFilesCheck implements SmartInitializingSingleton {

    private record Files(Path directory, String pattern) {}

    private final ListableBeanFactory beanFactory;

    RecordingFilesCheck(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * Checks all sessions of this context, before the first one starts.
     *
     * @throws ConfigurationException if two sessions would write the same files
     */
    @Override
    public void afterSingletonsInstantiated() {
        Map<Files, String> beans = new HashMap<>();
        SessionBeans.of(this.beanFactory)
                .forEach(
                        (bean, session) -> {
                            if (session.options().recording() instanceof RecordingOptions options) {
                                Files files = filesOf(session, options);
                                String other = beans.putIfAbsent(files, bean);
                                if (other != null) {
                                    throw isShared(files, other, bean);
                                }
                            }
                        });
    }

    private static Files filesOf(Session session, RecordingOptions options) {
        return new Files(
                options.directory().toAbsolutePath().normalize(),
                options.fileName().replace("{session}", session.name()));
    }

    private static ConfigurationException isShared(Files files, String one, String other) {
        return new ConfigurationException(
                "The Session beans '%s' and '%s' would record to the same files, %s in %s"
                        .formatted(one, other, files.pattern(), files.directory()),
                "Give each session a name of its own and keep {session} in record.file-name, or give"
                        + " each a record.directory of its own.");
    }
}
