package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Errors of the dashboard that Grafana does not report on import. */
class GrafanaDashboardTests {

    private static final Path DASHBOARD = Path.of("..", "docs", "grafana", "rfx-session.json");

    private static final String CHOSEN = "{instance=~\"$instance\", session=~\"$session\"}";

    private static <T> T read(String path) throws Exception {
        return JsonPath.read(Files.readString(DASHBOARD), path);
    }

    /** The queries of panels and variables, with variables and intervals replaced. */
    static List<String> queries() throws Exception {
        List<String> queries =
                new ArrayList<>(
                        GrafanaDashboardTests.<List<String>>read("$.panels[*].targets[*].expr"));
        List<String> variables = read("$.templating.list[?(@.type == 'query')].query.query");
        for (String variable : variables) {
            assertThat(variable).startsWith("label_values(");
            queries.add(variable.substring("label_values(".length(), variable.lastIndexOf(',')));
        }
        assertThat(queries).hasSizeGreaterThan(30);
        return queries.stream()
                .map(query -> query.replace("$__rate_interval", "1m"))
                .map(query -> query.replaceAll("\\$(session|instance)\\b", ".+"))
                .toList();
    }

    @Test
    void idsAreUnique() throws Exception {
        List<Integer> ids = read("$.panels[*].id");

        assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(20);
    }

    @Test
    void panelsFillTheGridAndDoNotOverlap() throws Exception {
        List<Map<String, Integer>> positions = read("$.panels[*].gridPos");
        Map<Integer, boolean[]> grid = new TreeMap<>();
        for (Map<String, Integer> position : positions) {
            int x = position.get("x");
            int y = position.get("y");
            for (int row = y; row < y + position.get("h"); row++) {
                boolean[] cells = grid.computeIfAbsent(row, key -> new boolean[24]);
                for (int column = x; column < x + position.get("w"); column++) {
                    assertThat(cells[column]).as("%s", position).isFalse();
                    cells[column] = true;
                }
            }
        }

        assertThat(grid.keySet())
                .containsExactlyElementsOf(IntStream.range(0, grid.size()).boxed().toList());
        assertThat(grid.values()).allSatisfy(cells -> assertThat(cells).doesNotContain(false));
    }

    @Test
    void everyPanelHasAUnitAndAsksTheChosenDataSource() throws Exception {
        List<Map<String, Object>> panels = read("$.panels[?(@.type != 'row')]");

        assertThat(panels).isNotEmpty();
        for (Map<String, Object> panel : panels) {
            String unit = JsonPath.read(panel, "$.fieldConfig.defaults.unit");
            List<String> sources = JsonPath.read(panel, "$..datasource.uid");
            assertThat(unit).as("%s", panel).isNotEmpty();
            assertThat(sources).as("%s", panel).hasSizeGreaterThan(1).containsOnly("${datasource}");
        }
    }

    @Test
    void everyQueryIsOfTheChosenSessions() throws Exception {
        List<String> queries = read("$.panels[*].targets[*].expr");

        assertThat(queries)
                .allSatisfy(
                        query ->
                                assertThat(query.replace(CHOSEN, "!"))
                                        .matches(".*rfx_session_.*")
                                        .doesNotContainPattern("rfx_session_\\w+(?![\\w!])"));
    }
}
