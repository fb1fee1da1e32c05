package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recordings of a real arm through session, driver and serial library to a virtual arm. They are
 * not part of the project: skipped where they are absent.
 */
class So101ReplayTests {

    private static final Calibration CALIBRATION = So101Fixture.calibration(300, 3800);
    private static final JointScale SCALE =
            JointScale.of(CALIBRATION.joint(Joint.SHOULDER_PAN), JointUnits.RADIANS);

    /** A step of a joint between two commands of a recording, 20 ms. */
    private static final int MOST_STEPS = 65;

    private static final double MAX_SPEED = MOST_STEPS * JointScale.RADIANS_PER_STEP / 0.02;
    private static final int COMMANDS_OF_THE_SOFT_START = 60;

    private static Path recording(String name) {
        Path file =
                Path.of(System.getProperty("rfx.data", "../../shared/data"))
                        .resolve("so101_recordings")
                        .resolve(name);
        assumeThat(file).exists();
        return file;
    }

    private static Tensor positions(String numbers) {
        float[] values = new float[6];
        String[] parts = numbers.split(",");
        for (int i = 0; i < 6; i++) {
            values[i] = Float.parseFloat(parts[i].strip());
        }
        return Tensor.of(values);
    }

    /** Sends one command per iteration and returns the goals that the arm got, by iteration. */
    private static List<int[]> replay(List<Tensor> commands, double maxSpeed) throws Exception {
        try (VirtualSo101 arm =
                VirtualSo101.builder().calibration(CALIBRATION).stepsPerSecond(32_767).start()) {
            for (Joint joint : Joint.values()) {
                arm.setPosition(joint, SCALE.toSteps(commands.get(0).get(joint.ordinal())));
            }
            AtomicLong now = new AtomicLong();
            So101Robot robot =
                    So101Robot.builder(arm.port().toString(), CALIBRATION)
                            .readTimeout(Duration.ofMillis(300))
                            .maxSpeed(maxSpeed)
                            .nanoTime(() -> now.addAndGet(20_000_000))
                            .build();
            Session[] session = new Session[1];
            int[] next = {0};
            Policy<Observation, Tensor> policy =
                    observation -> {
                        if (next[0] == commands.size()) {
                            session[0].stop();
                        }
                        return commands.get(Math.min(next[0]++, commands.size() - 1));
                    };
            session[0] =
                    new Session(
                            robot,
                            policy,
                            SessionOptions.defaults().withRateHz(1000).withWarmup(Duration.ZERO));
            session[0].start();
            arm.forget();
            session[0].run();

            assertThat(session[0].state()).isEqualTo(SessionState.STOPPED);
            return arm.requests().stream()
                    .filter(request -> request.instruction() == WireRequest.Instruction.SYNC_WRITE)
                    .map(So101ReplayTests::goals)
                    .toList();
        }
    }

    /** Register, length, and for each joint its id and two bytes. */
    private static int[] goals(WireRequest request) {
        int[] goals = new int[6];
        for (int i = 0; i < 6; i++) {
            goals[i] = request.parameter(3 + 3 * i) | request.parameter(4 + 3 * i) << 8;
        }
        return goals;
    }

    @ParameterizedTest
    @ValueSource(strings = {"wave_motion", "pick_place"})
    void goalsOnTheWireEqualTheRecordingWithinAStep(String motion) throws Exception {
        List<Tensor> commands = new ArrayList<>();
        Pattern row = Pattern.compile("CONTROL,[^,]+,\"\\[(.*)]\"");
        for (String line : Files.readAllLines(recording(motion + "/control.csv"))) {
            Matcher matcher = row.matcher(line);
            if (matcher.matches()) {
                commands.add(positions(matcher.group(1)));
            }
        }

        List<int[]> goals = replay(commands, Double.POSITIVE_INFINITY);

        int skipped = commands.size() - goals.size();
        assertThat(skipped).as("sent before we looked").isBetween(0, 200);
        for (int i = 0; i < goals.size(); i++) {
            for (int joint = 0; joint < 6; joint++) {
                double exact = commands.get(skipped + i).get(joint) / (2 * Math.PI / 4096) + 2050;
                assertThat(Math.abs(goals.get(i)[joint] - exact))
                        .as("command %d, joint %d", skipped + i, joint)
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void jumpsOfARecordingAreCutToTheSpeed() throws Exception {
        List<Tensor> commands =
                Files.readAllLines(recording("static_holding.txt")).stream()
                        .skip(1)
                        .map(So101ReplayTests::positions)
                        .toList();

        List<int[]> goals = replay(commands, MAX_SPEED);

        int skipped = commands.size() - goals.size();
        assertThat(skipped).isBetween(0, 200);
        int cut = 0;
        for (int i = COMMANDS_OF_THE_SOFT_START; i < goals.size(); i++) {
            for (int joint = 0; joint < 6; joint++) {
                int wanted = SCALE.toSteps(commands.get(skipped + i).get(joint));
                int way = wanted - goals.get(i - 1)[joint];
                int step = goals.get(i)[joint] - goals.get(i - 1)[joint];
                int most = Math.min(Math.abs(way), MOST_STEPS);
                assertThat(step * Integer.signum(way))
                        .as("command %d, joint %d, with the rest of a step", skipped + i, joint)
                        .isBetween(most - 1, Math.min(Math.abs(way), most + 1));
                cut += step == way ? 0 : 1;
            }
            assertThat(Arrays.stream(goals.get(i))).allMatch(goal -> goal >= 300 && goal <= 3800);
        }
        assertThat(cut).as("the recording has jumps").isPositive();
    }
}
