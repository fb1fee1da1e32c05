package dev.rfx.session.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * A file of the page. It comes from the jar, outside the folders that Spring Boot serves.
 *
 * @param name path of the file, relative to the page
 * @param content the content
 * @param headers the headers of every answer with it
 */
record PageAsset(String name, byte[] content, HttpHeaders headers) {

    static final String FOLDER = "/META-INF/rfx-session/page/";

    private static final String INDEX = "index.html";

    /** Everything comes from the page itself, and no other page shows it, with its buttons. */
    private static final String SECURITY_POLICY =
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    static PageAsset index() {
        return load(INDEX, MediaType.TEXT_HTML);
    }

    /** {@return the files that the page refers to} */
    static List<PageAsset> others() {
        MediaType css = new MediaType("text", "css");
        MediaType script = new MediaType("text", "javascript");
        return List.of(
                load("page.css", css),
                load("page.js", script),
                load("session.js", script),
                load("plots.js", script),
                load("format.js", script),
                load("uplot/uPlot.min.css", css),
                load("uplot/uPlot.iife.min.js", script));
    }

    private static PageAsset load(String name, MediaType type) {
        byte[] content;
        try (InputStream file = PageAsset.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                throw new IllegalStateException(FOLDER + name + " is missing in the jar");
            }
            content = file.readAllBytes();
        } catch (IOException ex) {
            throw new UncheckedIOException(FOLDER + name + " cannot be read", ex);
        }
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(new MediaType(type, StandardCharsets.UTF_8));
        headers.setCacheControl("no-cache");
        headers.setETag('"' + hash(content) + '"');
        headers.set("Content-Security-Policy", SECURITY_POLICY);
        headers.set("X-Frame-Options", "DENY");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "same-origin");
        return new PageAsset(name, content, headers);
    }

    private static String hash(byte[] content) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 8);
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every JVM has SHA-256", ex);
        }
    }
}
