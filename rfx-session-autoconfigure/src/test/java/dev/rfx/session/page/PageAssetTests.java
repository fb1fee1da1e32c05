package dev.rfx.session.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

class PageAssetTests {

    private static final List<PageAsset> OTHERS = PageAsset.others();

    private static List<String> names() {
        return OTHERS.stream().map(PageAsset::name).toList();
    }

    @Test
    void everyScriptThatAnotherOneImportsIsServed() {
        Pattern imports = Pattern.compile("from \"\\./([^\"]+)\"");

        List<String> imported =
                OTHERS.stream()
                        .map(asset -> new String(asset.content(), UTF_8))
                        .flatMap(script -> imports.matcher(script).results())
                        .map((MatchResult result) -> result.group(1))
                        .distinct()
                        .toList();

        assertThat(imported).isNotEmpty().isSubsetOf(names());
    }

    /** No content delivery network: the machine of a robot may have no network. */
    @Test
    void noFileNamesAnotherServer() {
        for (PageAsset asset : OTHERS) {
            if (!asset.name().startsWith("uplot/")) {
                assertThat(new String(asset.content(), UTF_8))
                        .as(asset.name())
                        .doesNotContain("http:", "https:", "//cdn");
            }
        }
        assertThat(new String(PageAsset.index().content(), UTF_8))
                .doesNotContain("http:", "https:", "\"//", "\"/");
    }

    @ParameterizedTest
    @CsvSource({
        "uPlot.iife.min.js, dist/uPlot.iife.min.js",
        "uPlot.min.css, dist/uPlot.min.css",
        "LICENSE, LICENSE"
    })
    void plotLibraryIsThePublishedOneWithItsLicence(String copy, String published)
            throws Exception {
        Resource[] originals =
                new PathMatchingResourcePatternResolver()
                        .getResources("classpath*:META-INF/resources/webjars/uplot/*/" + published);
        assertThat(originals).hasSize(1);

        try (InputStream file =
                PageAsset.class.getResourceAsStream("/META-INF/rfx-session/page/uplot/" + copy)) {
            assertThat(file).hasBinaryContent(originals[0].getContentAsByteArray());
        }
    }
}
