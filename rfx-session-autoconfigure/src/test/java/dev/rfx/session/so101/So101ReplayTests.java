package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import dev.rfx.session.testkit.Campaign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
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

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ofSeconds(1))
                    .withEngage(EngageOptions.defaults().withEnabled(false));

    private static final double MAX_SPEED = MOST_STEPS * JointScale.RADIANS_PER_STEP / 0.02;
    private static final int COMMANDS_OF_THE_SOFT_START = 60;

    /** With two of the jumps. */
    private static final int MOST_COMMANDS = Campaign.Rounds.of(Integer.MAX_VALUE, 1_300);

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
        VirtualClock clock = new VirtualClock();
        Iterator<Tensor> next = commands.iterator();
        Session[] running = new Session[1];
        Policy<Observation, Tensor> policy =
                observation -> {
                    if (next.hasNext()) {
                        return next.next();
                    }
                    running[0].stop();
                    return commands.get(commands.size() - 1); // is not sent
                };
        try (VirtualSo101 arm =
                VirtualSo101.builder().calibration(CALIBRATION).stepsPerSecond(32_767).start()) {
            for (Joint joint : Joint.values()) {
                arm.setPosition(joint, SCALE.toSteps(commands.get(0).get(joint.ordinal())));
            }
            So101Robot robot =
                    So101Robot.builder(arm.port().toString(), CALIBRATION)
                            .readTimeout(Duration.ofMillis(300))
                            .maxSpeed(maxSpeed)
                            .nanoTime(clock::nanoTime)
                            .build();
            try (VirtualSession<Observation, Tensor> session =
                    VirtualSession.of(robot, policy, OPTIONS, clock)) {
                running[0] = session.session();
                session.run(Duration.ofMillis(500)); // the warm-up
                arm.forget();
                session.run(Duration.ofHours(1));

                assertThat(session.failure()).isNull();
                assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            }
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

    @Campaign
    @ParameterizedTest
    @ValueSource(strings = {"wave_motion", "pick_place"})
    void goalsOnTheWireEqualTheRecordingWithinAStep(String motion) throws Exception {
        List<Tensor> commands = new ArrayList<>();
        Pattern row = Pattern.compile("CONTROL,[^,]+,\"\\[(.*)]\"");
        for (String line : Files.readAllLines(recording(motion + "/control.csv"))) {
            Matcher matcher = row.matcher(line);
            if (matcher.matches() && commands.size() < MOST_COMMANDS) {
                commands.add(positions(matcher.group(1)));
            }
        }

        List<int[]> goals = replay(commands, Double.POSITIVE_INFINITY);

        assertThat(goals).hasSameSizeAs(commands);
        for (int i = 0; i < goals.size(); i++) {
            for (int joint = 0; joint < 6; joint++) {
                double exact = commands.get(i).get(joint) / (2 * Math.PI / 4096) + 2050;
                assertThat(Math.abs(goals.get(i)[joint] - exact))
                        .as("command %d, joint %d", i, joint)
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @Campaign
    @Test
    void jumpsOfARecordingAreCutToTheSpeed() throws Exception {
        List<Tensor> commands =
                Files.readAllLines(recording("static_holding.txt")).stream()
                        .skip(1)
                        .limit(MOST_COMMANDS)
                        .map(So101ReplayTests::positions)
                        .toList();

        List<int[]> goals = replay(commands, MAX_SPEED);

        assertThat(goals).hasSameSizeAs(commands);
        int cut = 0;
        for (int i = COMMANDS_OF_THE_SOFT_START; i < goals.size(); i++) {
            for (int joint = 0; joint < 6; joint++) {
                int wanted = SCALE.toSteps(commands.get(i).get(joint));
                int way = wanted - goals.get(i - 1)[joint];
                int step = goals.get(i)[joint] - goals.get(i - 1)[joint];
                int most = Math.min(Math.abs(way), MOST_STEPS);
                assertThat(step * Integer.signum(way))
                        .as("command %d, joint %d, with the rest of a step", i, joint)
                        .isBetween(most - 1, Math.min(Math.abs(way), most + 1));
                cut += step == way ? 0 : 1;
            }
            assertThat(Arrays.stream(goals.get(i))).allMatch(goal -> goal >= 300 && goal <= 3800);
        }
        assertThat(cut).as("the recording has jumps").isPositive();
    }
}
