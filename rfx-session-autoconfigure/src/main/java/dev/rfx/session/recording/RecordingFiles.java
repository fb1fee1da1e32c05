package dev.rfx.session.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of one run: their names, and their size on disk. Confined to the writer thread. */
final class RecordingFiles {

    private static final DateTimeFormatter START =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final RecordingOptions options;
    private final String session;
    private final Map<String, String> metadata;
    private final LayoutTable layouts;
    private final RunClock clock;
    private int parts;

    RecordingFiles(
            RecordingOptions options,
            String session,
            Map<String, String> metadata,
            LayoutTable layouts,
            RunClock clock) {
        this.options = options;
        this.session = session;
        this.metadata = metadata;
        this.layouts = layouts;
        this.clock = clock;
    }

    /** {@return the next file of the run, which did not exist} */
    RecordingFile next() throws IOException {
        Files.createDirectories(this.options.directory());
        while (true) {
            Path path = this.options.directory().resolve(name(this.parts + 1));
            try {
                RecordingFile next =
                        new RecordingFile(
                                path, this.session, this.metadata, this.layouts, this.clock);
                this.parts++;
                return next;
            } catch (FileAlreadyExistsException ex) {
                this.parts++; // of another run that began at the same time
            }
        }
    }

    private String name(int part) {
        Instant start = this.clock.beginAsInstant();
        return this.options
                .fileName()
                .replace("{session}", safe(this.session))
                .replace("{start}", START.format(start))
                .replace("{part}", Integer.toString(part));
    }

    /** {@return a name in which each character that a file system could refuse is replaced} */
    private static String safe(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /**
     * Makes room for a file that has grown, or for a new one.
     *
     * @param open the file that has grown, or null
     * @return whether the files of the session are within their size on disk
     */
    boolean makeRoom(@Nullable RecordingFile open) throws IOException {
        List<Path> files = existing();
        long size = 0;
        for (Path file : files) {
            size += Files.size(file);
        }
        for (Path file : files) {
            if (size <= this.options.maxDiskBytes()) {
                return true;
            }
            if (this.options.whenFull() == RecordingOptions.WhenFull.STOP) {
                return false;
            }
            if (open == null || !file.equals(open.path())) {
                size -= Files.size(file);
                Files.delete(file);
            }
        }
        return true;
    }

    /** {@return the files of this session, the oldest first} */
    private List<Path> existing() throws IOException {
        if (!Files.isDirectory(this.options.directory())) {
            return List.of();
        }
        String[] text =
                this.options
                        .fileName()
                        .replace("{session}", safe(this.session))
                        .split("\\{start}|\\{part}", -1);
        Pattern pattern =
                Pattern.compile(
                        Stream.of(text)
                                .map(Pattern::quote)
                                .reduce((one, other) -> one + "[0-9TZ.]+" + other)
                                .orElseThrow());
        try (Stream<Path> all = Files.list(this.options.directory())) {
            return all.filter(file -> pattern.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(RecordingFiles::lastModified))
                    .toList();
        } catch (UncheckedIOException ex) {
            throw ex.getCause();
        }
    }

    private static Instant lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
