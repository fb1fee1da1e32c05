package dev.rfx.session;

/**
 * Finds values by their rank without sorting the others (Hoare's selection, with a pivot from three
 * values). For statistics that are asked for often: a sort of 10 000 values takes several times as
 * long.
 */
final class Quickselect {

    private Quickselect() {}

    /**
     * Brings the value of a rank to its place: none before it is greater, none after it is less.
     *
     * @param values the values, none of them NaN; those from {@code from} on are moved about
     * @param from where to begin, with none greater before it
     * @param rank the index, {@code from} or more
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
            // Between right and left is only what equals the pivot.
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

    /**
     * Returns the value of the next rank after one that was brought to its place, or the last one.
     */
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
