package dev.rfx.session.recording;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells that a person reads. The first columns are aligned to the left. */
final class TextTable {

    private static final String GAP = "  ";

    private final int lastToTheLeft;
    private final List<String[]> rows = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();

    /**
     * Creates a table.
     *
     * @param lastToTheLeft the index of the last column that is aligned to the left
     */
    TextTable(int lastToTheLeft) {
        this.lastToTheLeft = lastToTheLeft;
    }

    void row(String... cells) {
        this.rows.add(cells);
        for (int i = 0; i < cells.length; i++) {
            if (i == this.widths.size()) {
                this.widths.add(0);
            }
            this.widths.set(i, Math.max(this.widths.get(i), cells[i].length()));
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String[] row : this.rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String space = " ".repeat(this.widths.get(i) - row[i].length());
                line.append(i == 0 ? "" : GAP);
                line.append(i <= this.lastToTheLeft ? row[i] + space : space + row[i]);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
