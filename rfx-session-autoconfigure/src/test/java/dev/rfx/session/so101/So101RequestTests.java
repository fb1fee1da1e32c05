package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which registers the requests of a run read, and that their replies differ in length. */
class So101RequestTests extends So101Fixture {

    @ParameterizedTest
    @MethodSource("setsOfSensors")
    void repliesToDifferentQuestionsHaveDifferentLengths(Set<Sensor> sensors) {
        int measurement = Measurement.registerBytes(sensors);

        assertThat(measurement).as("two bytes of a register").isGreaterThan(2);
        assertThat(measurement).isNotEqualTo(TorqueCheck.BYTES);
        assertThat(measurement).isLessThan(LateReplies.MIN_PROBE_BYTES);
        assertThat(TorqueCheck.BYTES).isLessThan(LateReplies.MIN_PROBE_BYTES);
        assertThat(ServoBus.STATE_BYTES).isGreaterThan(LateReplies.MAX_PROBE_BYTES);
    }

    static Stream<Set<Sensor>> setsOfSensors() {
        return IntStream.range(0, 1 << Sensor.values().length)
                .mapToObj(
                        bits ->
                                Arrays.stream(Sensor.values())
                                        .filter(sensor -> (bits >> sensor.ordinal() & 1) == 1)
                                        .collect(
                                                Collectors.toCollection(
                                                        () -> EnumSet.noneOf(Sensor.class))));
    }

    @Test
    void onlyDefinedRegistersAreAskedForThoughRepliesAreLost() throws Exception {
        this.robot =
                builder()
                        .readTimeout(Duration.ofMillis(50))
                        .sensors(EnumSet.of(Sensor.CURRENT))
                        .build();
        this.robot.reset();
        this.arm.damageRandomly(0.2, 7, ReplyFault.lost());
        for (int i = 0; i < 30; i++) {
            try {
                this.robot.observe();
            } catch (LinkLostException ex) {
                // There may be five in a row.
            }
        }

        assertThat(this.arm.requests())
                .filteredOn(
                        request ->
                                request.instruction() == WireRequest.Instruction.READ
                                        || request.instruction()
                                                == WireRequest.Instruction.SYNC_READ)
                .allMatch(
                        request -> {
                            int first = request.parameter(0);
                            return VirtualServo.areDefined(first, first + request.parameter(1) - 1);
                        });
    }
}
