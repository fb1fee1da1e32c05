package dev.rfx.session.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one run: their names, and their size on disk. Confined to the writer thread, except
 * for {@link #policy}.
 */
final class RecordingFiles {

    private static final DateTimeFormatter START =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final RecordingOptions options;
    private final String session;
    private final Map<String, String> metadata;
    private final LayoutTable layouts;
    private final RunClock clock;
    private volatile Map<String, String> policy = Map.of();
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

    /** Sets what the files have about the policy. Called before the first iteration. Any thread. */
    void policy(Map<String, String> details) {
        this.policy = details;
    }

    /** Creates the directory if it does not exist, and checks that files can be created in it. */
    void checkDirectory() throws IOException {
        Path directory = Files.createDirectories(this.options.directory());
        if (!Files.isWritable(directory)) {
            throw new AccessDeniedException(directory.toString(), null, "cannot be written");
        }
    }

    /** {@return the next file of the run, which did not exist} */
    RecordingFile next() throws IOException {
        Files.createDirectories(this.options.directory());
        while (true) {
            Path path = this.options.directory().resolve(name(this.parts + 1));
            try {
                RecordingFile next =
                        new RecordingFile(
                                path,
                                this.session,
                                this.metadata,
                                () -> this.policy,
                                this.layouts,
                                this.clock);
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
        List<Existing> files = existing();
        long size = files.stream().mapToLong(Existing::size).sum();
        for (Existing file : files) {
            if (size <= this.options.maxDiskBytes()) {
                return true;
            }
            if (this.options.whenFull() == RecordingOptions.WhenFull.STOP) {
                return false;
            }
            if (open == null || !file.path().equals(open.path())) {
                Files.deleteIfExists(file.path());
                size -= file.size();
            }
        }
        return true;
    }

    /** A file of this session, as it was when the directory was read. */
    private record Existing(Path path, long size, FileTime modified) {}

    /** {@return the files of this session, the oldest first} */
    private List<Existing> existing() throws IOException {
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
        List<Existing> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(this.options.directory())) {
            for (Path path : all.toList()) {
                if (pattern.matcher(path.getFileName().toString()).matches()) {
                    addIfItIsThere(path, files);
                }
            }
        } catch (UncheckedIOException ex) {
            throw ex.getCause();
        }
        files.sort(Comparator.comparing(Existing::modified));
        return files;
    }

    private static void addIfItIsThere(Path path, List<Existing> files) throws IOException {
        try {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            if (file.isRegularFile()) {
                files.add(new Existing(path, file.size(), file.lastModifiedTime()));
            }
        } catch (NoSuchFileException ex) {
            // another process has deleted it meanwhile
        }
    }
}
