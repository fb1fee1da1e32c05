package dev.rfx.session.so101.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.so101.Golden;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestTests {

    private static final int[] ALL = {1, 2, 3, 4, 5, 6};

    private static final Map<String, UnaryOperator<Request>> REQUESTS = new HashMap<>();

    static {
        REQUESTS.put("read_model_number_id1", r -> r.read(1, Register.MODEL_NUMBER, 2));
        REQUESTS.put("read_present_position_id1", r -> r.read(1, Register.PRESENT_POSITION, 2));
        REQUESTS.put(
                "read_present_position_velocity_id1", r -> r.read(1, Register.PRESENT_POSITION, 4));
        REQUESTS.put("write_goal_position_id1_2048", r -> r.write(1, Register.GOAL_POSITION, 2048));
        REQUESTS.put(
                "write_goal_position_id3_minus100", r -> r.write(3, Register.GOAL_POSITION, -100));
        REQUESTS.put(
                "write_goal_velocity_id1_minus500", r -> r.write(1, Register.GOAL_VELOCITY, -500));
        REQUESTS.put(
                "write_homing_offset_id2_minus709", r -> r.write(2, Register.HOMING_OFFSET, -709));
        REQUESTS.put(
                "write_homing_offset_id2_plus1624", r -> r.write(2, Register.HOMING_OFFSET, 1624));
        REQUESTS.put("write_torque_enable_id1_off", r -> r.write(1, Register.TORQUE_ENABLE, 0));
        REQUESTS.put("write_lock_id1_0", r -> r.write(1, Register.LOCK, 0));
        REQUESTS.put("write_return_delay_id1_0", r -> r.write(1, Register.RETURN_DELAY_TIME, 0));
        REQUESTS.put(
                "sync_read_present_position_1to6",
                r -> r.syncRead(ALL, Register.PRESENT_POSITION, 2));
        REQUESTS.put(
                "sync_read_position_velocity_1to6",
                r -> r.syncRead(ALL, Register.PRESENT_POSITION, 4));
        REQUESTS.put(
                "sync_read_pos_vel_load_volt_temp_1to6",
                r -> r.syncRead(ALL, Register.PRESENT_POSITION, 8));
        REQUESTS.put(
                "sync_read_full_feedback_1to6",
                r -> r.syncRead(ALL, Register.PRESENT_POSITION, 15));
        REQUESTS.put(
                "sync_write_goal_position_1to6",
                r ->
                        r.syncWrite(
                                ALL,
                                Register.GOAL_POSITION,
                                new int[] {2048, 1024, 3072, 2047, 0, 4095}));
        REQUESTS.put(
                "sync_write_torque_on_1to6",
                r -> r.syncWrite(ALL, Register.TORQUE_ENABLE, new int[] {1, 1, 1, 1, 1, 1}));
        REQUESTS.put(
                "sync_write_torque_off_1to6",
                r -> r.syncWrite(ALL, Register.TORQUE_ENABLE, new int[6]));
        REQUESTS.put(
                "sync_write_goal_velocity_signed_1to6",
                r ->
                        r.syncWrite(
                                ALL,
                                Register.GOAL_VELOCITY,
                                new int[] {0, 100, -100, 500, -500, -1}));
    }

    /** One request for all, as in use: what was built before leaves no trace. */
    private static final Request REUSED = new Request();

    static Stream<String> requestNames() {
        return Golden.packetNames("instruction").filter(name -> !name.startsWith("ping"));
    }

    @ParameterizedTest
    @MethodSource("requestNames")
    void requestIsThatOfTheReferenceImplementation(String name) {
        assertThat(hex(REQUESTS.get(name).apply(REUSED))).isEqualTo(Golden.hex(name));
    }

    @Test
    void arrayIsSmallEnoughForANativeCopyAtEachWrite() {
        assertThat(new Request().bytes()).hasSizeLessThanOrEqualTo(256);
    }

    private static String hex(Request request) {
        return HexFormat.of().formatHex(Arrays.copyOf(request.bytes(), request.length()));
    }
}
