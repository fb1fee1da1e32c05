package dev.rfx.session;

import dev.rfx.session.support.Milliseconds;
import dev.rfx.session.timing.IterationRecord;
import java.util.List;

/**
 * Formats iterations as a block for the log: the last ones, and of those before them the late or
 * stale ones. Any thread.
 */
final class IterationTable {

    private static final int LAST = 10;

    private IterationTable() {}

    static String of(List<IterationRecord> iterations) {
        if (iterations.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder(1024);
        table.append(
                "\n  Iterations, in ms (the last %d, and all late or stale ones of the last %d):\n"
                        .formatted(Math.min(LAST, iterations.size()), iterations.size()));
        table.append("    iteration        start     late  observe   policy      act");
        int from = iterations.size() - LAST;
        for (int i = 0; i < iterations.size(); i++) {
            IterationRecord iteration = iterations.get(i);
            if (i >= from || iteration.cause() != null || iteration.stale()) {
                table.append(row(iteration));
            }
        }
        return table.append('\n').toString();
    }

    private static String row(IterationRecord iteration) {
        String cause = iteration.cause();
        return "\n  %11d %12s %8s %8s %8s %8s%s%s"
                .formatted(
                        iteration.number(),
                        Milliseconds.of(iteration.start()),
                        Milliseconds.of(iteration.lateness()),
                        Milliseconds.of(iteration.observe()),
                        Milliseconds.of(iteration.policy()),
                        Milliseconds.of(iteration.act()),
                        cause == null ? "" : "  " + cause,
                        iteration.stale() ? "  stale" : "");
    }
}
