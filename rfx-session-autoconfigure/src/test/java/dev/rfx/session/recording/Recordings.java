package dev.rfx.session.recording;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Records runs on virtual time. */
final class Recordings {

    private Recordings() {}

    /** Its state is the number of the observation; it accepts any action. */
    static final class AnyRobot implements Robot<Observation, Tensor> {

        private int observations;

        @Override
        public Observation reset() {
            this.observations = 0;
            return Observation.of(Observation.STATE, Tensor.of(-1));
        }

        @Override
        public Observation observe() {
            return Observation.of(Observation.STATE, Tensor.of(this.observations++));
        }

        @Override
        public void act(Tensor action) {}
    }

    /** Records one run at 50 Hz. */
    static <O, A> Path of(
            Path directory,
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            Duration duration)
            throws IOException {
        return of(
                directory, robot, policy, SessionOptions.defaults(), new VirtualClock(), duration);
    }

    /** Records one run by a clock, which is closed. */
    static <O, A> Path of(
            Path directory,
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            VirtualClock clock,
            Duration duration)
            throws IOException {
        return of(directory, robot, policy, options, clock, duration, UnaryOperator.identity());
    }

    /** Records one run with other options of the recording. */
    static <O, A> Path of(
            Path directory,
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            VirtualClock clock,
            Duration duration,
            UnaryOperator<RecordingOptions> recording)
            throws IOException {
        Path folder = Files.createTempDirectory(directory, "run");
        try (VirtualSession<O, A> session =
                VirtualSession.of(
                        robot,
                        policy,
                        options.withWarmup(Duration.ZERO)
                                .withRecording(recording.apply(RecordingOptions.into(folder))),
                        clock)) {
            session.run(duration);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().orElseThrow();
        }
    }
}
