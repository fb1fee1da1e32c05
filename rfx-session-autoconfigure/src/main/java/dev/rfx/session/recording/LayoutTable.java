package dev.rfx.session.recording;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layouts of a run by their numbers. The control thread adds; the writer thread reads those
 * whose numbers it has found in the ring.
 */
final class LayoutTable {

    /** The number of no layout. */
    static final int NONE = -1;

    /** Bounds the time of the control thread for a new layout, and the memory. */
    private static final int MAX_LAYOUTS = 256;

    private volatile Layout[] layouts = {};
    private volatile @Nullable String problem;

    /** Notes why the values of a type are not recorded. */
    void problem(String problem) {
        this.problem = problem;
    }

    /** {@return why the values of a type are not recorded, or null} */
    @Nullable String problem() {
        return this.problem;
    }

    /** {@return the number of a layout, which is added if it is new; NONE if there are too many} */
    int add(Layout layout) {
        Layout[] before = this.layouts;
        int known = List.of(before).indexOf(layout);
        if (known >= 0) {
            return known;
        }
        if (before.length == MAX_LAYOUTS) {
            this.problem =
                    "Values have more than 256 different lists of fields and shapes: the further"
                            + " ones are not recorded";
            return NONE;
        }
        Layout[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = layout;
        this.layouts = after;
        return before.length;
    }

    Layout get(int number) {
        return this.layouts[number];
    }
}
