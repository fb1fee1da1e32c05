package dev.rfx.session.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Rows, printed as Markdown and written as CSV. */
final class Table {

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... header) {
        this.header = List.of(header);
    }

    void row(Object... values) {
        this.rows.add(
                Arrays.stream(values)
                        .map(
                                value ->
                                        value instanceof Double number
                                                ? format(number)
                                                : String.valueOf(value))
                        .toList());
    }

    /** With three digits that count, more or less. */
    static String format(double value) {
        double magnitude = Math.abs(value);
        String format =
                magnitude < 1
                        ? "%.3f"
                        : magnitude < 10 ? "%.2f" : magnitude < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }

    void print() {
        System.out.println(line(this.header));
        System.out.println(line(this.header.stream().map(column -> "---").toList()));
        this.rows.forEach(row -> System.out.println(line(row)));
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }

    void write(Path file) throws IOException {
        try (CSVPrinter csv = CSVFormat.DEFAULT.print(Files.newBufferedWriter(file))) {
            csv.printRecord(this.header);
            csv.printRecords(this.rows);
        }
    }
}
