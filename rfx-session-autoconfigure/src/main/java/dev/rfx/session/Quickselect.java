package dev.rfx.session;

/**
 * Finds values by rank without sorting all of them (Hoare's selection, with a median-of-three
 * pivot). Statistics are read often, and sorting 10 000 values takes several times as long. Any
 * thread.
 */
final class Quickselect {

    private Quickselect() {}

    /**
     * Moves the value of a rank to its index: no value before it is greater, none after it is less.
     *
     * @param values the values, none of them NaN; those from {@code from} on are reordered
     * @param from the first index to reorder; no value before it is greater than any after it
     * @param rank the rank, {@code from} or more
     * @return the value at {@code rank}
     */
    static double select(double[] values, int from, int rank) {
        int low = from;
        int high = values.length - 1;
        while (low < high) {
            double pivot = medianOfThree(values, low, high);
            int left = low;
            int right = high;
            while (left <= right) {
                while (values[left] < pivot) {
                    left++;
                }
                while (values[right] > pivot) {
                    right--;
                }
                if (left <= right) {
                    swap(values, left, right);
                    left++;
                    right--;
                }
            }
            // Every value between right and left equals the pivot.
            if (rank <= right) {
                high = right;
            } else if (rank >= left) {
                low = left;
            } else {
                return values[rank];
            }
        }
        return values[rank];
    }

    /** {@return the value of the rank after a selected one, or the selected value if it is last} */
    static double next(double[] values, int rank) {
        double next = rank + 1 < values.length ? values[rank + 1] : values[rank];
        for (int i = rank + 2; i < values.length; i++) {
            next = Math.min(next, values[i]);
        }
        return next;
    }

    private static double medianOfThree(double[] values, int low, int high) {
        double first = values[low];
        double middle = values[(low + high) >>> 1];
        double last = values[high];
        return Math.max(Math.min(first, middle), Math.min(Math.max(first, middle), last));
    }

    private static void swap(double[] values, int i, int j) {
        double value = values[i];
        values[i] = values[j];
        values[j] = value;
    }
}
