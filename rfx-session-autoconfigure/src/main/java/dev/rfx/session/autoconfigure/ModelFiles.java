package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ResourceUtils;

/**
 * Finds the files of a trained policy. A location is a path relative to the working directory, or a
 * URL such as {@code classpath:policy.onnx}.
 *
 * @param loader finds what a URL locates
 */
record ModelFiles(ResourceLoader loader) {

    /**
     * Returns the file at the location that a property has. A file inside a jar is copied to the
     * directory for temporary files, because ONNX Runtime opens it by its path.
     *
     * @throws InvalidConfigurationPropertyValueException if there is no such file
     */
    Path file(String property, String location) {
        return checked(
                property,
                location,
                any -> {
                    Resource resource = existing(location);
                    Path file = resource.isFile() ? path(resource) : copy(resource);
                    requireThat(Files.isRegularFile(file), resource, "must be a file");
                    return file;
                });
    }

    /**
     * Returns the directory at the location that a property has.
     *
     * @throws InvalidConfigurationPropertyValueException if there is no such directory, or it is
     *     inside a jar
     */
    Path directory(String property, String location) {
        return checked(
                property,
                location,
                any -> {
                    Resource resource = existing(location);
                    requireThat(
                            resource.isFile(),
                            resource,
                            "must be in the file system, not in a jar");
                    Path directory = path(resource);
                    requireThat(Files.isDirectory(directory), resource, "must be a directory");
                    return directory;
                });
    }

    private Resource existing(String location) {
        if (location.isBlank()) {
            throw new IllegalArgumentException("The location is empty");
        }
        Resource resource =
                ResourceUtils.isUrl(location)
                        ? this.loader.getResource(location)
                        : new FileSystemResource(Path.of(location));
        requireThat(resource.exists(), resource, "does not exist");
        return resource;
    }

    private static void requireThat(boolean valid, Resource resource, String problem) {
        if (!valid) {
            throw new IllegalArgumentException(resource.getDescription() + " " + problem);
        }
    }

    private static Path path(Resource resource) {
        try {
            return resource.getFile().toPath();
        } catch (IOException ex) {
            throw unusable(resource, ex);
        }
    }

    private static Path copy(Resource resource) {
        try (InputStream content = resource.getInputStream()) {
            Path directory = Files.createTempDirectory("rfx-session-");
            directory.toFile().deleteOnExit();
            Path file = directory.resolve(Objects.requireNonNull(resource.getFilename()));
            file.toFile().deleteOnExit();
            Files.copy(content, file);
            return file;
        } catch (IOException ex) {
            throw unusable(resource, ex);
        }
    }

    private static IllegalArgumentException unusable(Resource resource, IOException cause) {
        return new IllegalArgumentException(
                resource.getDescription() + " cannot be read: " + cause, cause);
    }
}
