package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuickselectTests {

    /** Many or few values, many or few of them different, in any order. */
    @Test
    void valueOfARankIsThatOfTheSortedValues() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            int different = 1 + random.nextInt(20);
            double[] values =
                    random.ints(1 + random.nextInt(40), 0, different).asDoubleStream().toArray();
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            if (random.nextInt(4) == 0) {
                values = sorted.clone();
            }
            int rank = random.nextInt(values.length);
            int later = rank + random.nextInt(values.length - rank);

            assertThat(Quickselect.select(values, 0, rank)).isEqualTo(sorted[rank]);
            assertThat(Quickselect.next(values, rank))
                    .isEqualTo(sorted[Math.min(rank + 1, sorted.length - 1)]);
            assertThat(Quickselect.select(values, rank, later)).isEqualTo(sorted[later]);

            Arrays.sort(values);
            assertThat(values).as("nothing is lost").isEqualTo(sorted);
        }
    }

    @Test
    void orderThatIsThereAlreadyDoesNotMakeItSlow() {
        double[] ascending = IntStream.range(0, 1_000_000).asDoubleStream().toArray();

        assertThat(Quickselect.select(ascending, 0, 990_000)).isEqualTo(990_000);
    }
}
