package dev.rfx.session.so101;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An SO-101 arm on a serial port: six STS3215 servos.
 *
 * <p><b>Observation.</b> {@code state} has the positions of the six joints in the order of {@link
 * Joint}, then their velocities, in {@link JointUnits}. {@code load}, {@code voltage}, {@code
 * temperature} and {@code current} have one value per joint if the builder asks for them. Every
 * {@link #observe()} overwrites the tensors, and the stamp is the time of the measurement.
 *
 * <p><b>Action.</b> Six goal positions in the same units. The robot clamps them to the calibrated
 * range and to a maximum speed, which grows in the first second. {@link #readings()} counts the
 * clamps.
 *
 * <p><b>Errors.</b> After a missing or damaged reply the robot repeats the request, twice, within
 * the read time-out. If that fails, {@link #observe()} returns the last observation with its old
 * stamp, which {@code maxObservationAge} judges. After a configured number of such failures in a
 * row it throws a {@link LinkLostException}. A servo that reports a fault is a {@link
 * ServoFaultException} at once. The exception is an overload of the gripper, which is a reading:
 * the gripper holds an object.
 *
 * <p><b>Connection.</b> {@link #reset()} opens the port, checks the servos and their calibration,
 * and turns torque on without a motion. Then the arm moves to the start pose, if there is one, at
 * the start speed. {@link #stop()} brings the arm to rest by the {@link StopMode} and closes the
 * port.
 *
 * <p><b>Threading.</b> One thread at a time, as a session does. Only {@link #stop()}, {@link
 * #readings()} and {@link #close()} may run on another thread, also while a call blocks.
 *
 * @since 0.1
 */
public final class So101Robot implements Robot<Observation, Tensor>, AutoCloseable {

    /** Port setting that selects the USB serial port on which an SO-101 answers. */
    public static final String AUTO = "auto";

    private static final int JOINTS = Joint.values().length;

    /**
     * How long {@link #stop()} waits for the port. Addressing six silent servos takes 0.9 s; a
     * thread that still holds the port after this plus three read time-outs is blocked in a write.
     */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

    /** How long {@link #stop()} waits for another thread that parks the arm. */
    private static final Duration PARK_PATIENCE = Duration.ofSeconds(12);

    private final So101Settings settings;
    private final LinkStatistics statistics = new LinkStatistics();
    private final GoalLimits limits;
    private final Measurement measurement;

    /** Held while a thread uses the port. A stop that cannot get it closes the port without it. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Number of stops. A reset on another thread ends at its next step after an increment. */
    private final AtomicInteger stops = new AtomicInteger();

    private final int[] goals = new int[JOINTS]; // guarded by lock

    /** Whether the holder of the lock brings the arm to rest. */
    private volatile boolean resting;

    private volatile @Nullable Arm arm;
    private int errorsInARow; // guarded by lock

    /** Fault of the last run, until a start has logged what cleared it. Guarded by lock. */
    private @Nullable ServoFaultException lastFault;

    private So101Robot(So101Settings settings) {
        this.settings = settings;
        this.limits = new GoalLimits(settings.nanoTime());
        this.measurement = new Measurement(settings);
    }

    /**
     * Creates a builder with a calibration.
     *
     * @param port the path of the serial port, or {@link #AUTO} for the one USB serial port on
     *     which an SO-101 answers
     * @param calibration the calibration of the arm
     * @return a builder
     */
    public static Builder builder(String port, Calibration calibration) {
        Objects.requireNonNull(calibration, "calibration");
        return new Builder(port, () -> calibration);
    }

    /**
     * Creates a builder with a calibration file. Each {@link #reset()} reads the file.
     *
     * @param port the path of the serial port, or {@link #AUTO} for the one USB serial port on
     *     which an SO-101 answers
     * @param calibrationFile the calibration file of the arm, see {@link Calibration#read(Path)}
     * @return a builder
     */
    public static Builder builder(String port, Path calibrationFile) {
        Objects.requireNonNull(calibrationFile, "calibrationFile");
        return new Builder(port, () -> Calibration.read(calibrationFile));
    }

    /**
     * Connects to the arm. The arm does not move, unless it has a start pose. The exception is a
     * joint up to 3° outside its calibrated range, or at the seam of its turn: it returns at 9°/s.
     *
     * @throws PortException if the port cannot be found or opened, or its adapter echoes
     * @throws NotAnSo101Exception if the six servos of an SO-101 do not answer
     * @throws CalibrationException if the calibration cannot be read, or that of the servos differs
     * @throws ArmBusyException if a servo needs another configuration while its torque is on
     * @throws JointOutOfRangeException if a joint lies more than 3° outside its calibrated range
     * @throws StartPoseException if a joint does not follow on the way to the start pose
     * @throws SupplyVoltageException if the supply voltage is outside the limits of a servo
     * @throws ServoFaultException if a servo reports a fault
     * @throws LinkException if a servo stops answering
     * @throws IllegalArgumentException if the start speed is more than a servo can turn
     * @throws InterruptedException if the thread is interrupted, or another thread calls {@link
     *     #stop()}
     */
    @Override
    public Observation reset() throws InterruptedException {
        Cancellation cancellation = cancelledByStopAfter(this.stops.get());
        this.lock.lockInterruptibly();
        try {
            cancellation.check();
            disconnect();
            this.errorsInARow = 0;
            Calibration calibration = this.settings.calibration().get();
            this.limits.calibrate(this.settings, calibration);
            this.measurement.calibrate(this.settings, calibration);
            Arm connected = Arm.connect(this.settings, calibration, this.statistics, this::close);
            this.arm = connected; // an earlier stop is in the count, which is checked next
            try {
                cancellation.check();
                connected.checkAndConfigure(cancellation);
            } catch (RuntimeException | InterruptedException ex) {
                disconnect(); // the arm did not move, so there is nothing to bring to rest
                throw ex;
            }
            connected.holdWithTorque(cancellation);
            connected.moveToStartPose(cancellation);
            this.measurement.take(connected.bus());
            connected.logRecovery(this.lastFault);
            this.lastFault = null;
            this.limits.begin();
            return this.measurement.observation();
        } catch (ServoFaultException ex) {
            this.lastFault = ex;
            throw ex;
        } finally {
            this.lock.unlock();
        }
    }

    private Cancellation cancelledByStopAfter(int stopsBefore) {
        return () -> {
            if (Thread.interrupted() || this.stops.get() != stopsBefore) {
                throw new InterruptedException("The arm is stopping");
            }
        };
    }

    /**
     * Measures, or returns the last measurement with its old stamp if that fails.
     *
     * @throws LinkLostException if too many measurements fail in a row, the port is gone, or a
     *     servo has lost its torque
     * @throws ServoFaultException if a servo reports a fault
     */
    @Override
    public Observation observe() {
        this.lock.lock();
        try {
            Arm connected = connected();
            long measuredAt = this.measurement.take(connected.bus());
            connected.bus().requireTorque();
            this.statistics.goodCycle(measuredAt);
            this.errorsInARow = 0;
        } catch (ServoFaultException ex) {
            this.lastFault = ex;
            throw ex;
        } catch (LinkException ex) {
            this.statistics.failedCycle();
            this.errorsInARow++;
            if (this.errorsInARow >= this.settings.maxConsecutiveErrors()) {
                throw LinkLostException.tooManyErrors(connected().path(), this.errorsInARow, ex);
            }
        } finally {
            this.lock.unlock();
        }
        return this.measurement.observation();
    }

    /**
     * Sends six goals, or none if it throws.
     *
     * @throws IllegalArgumentException if there are not six, or one is not finite
     * @throws LinkLostException if the port is gone
     */
    @Override
    public void act(Tensor action) {
        if (action.size() != JOINTS) {
            throw new IllegalArgumentException(
                    "The action has %d values, but the arm has %d joints"
                            .formatted(action.size(), JOINTS));
        }
        this.lock.lock();
        try {
            Arm connected = connected();
            this.limits.limit(action, connected.goals(), this.goals);
            connected.send(this.goals);
        } finally {
            this.lock.unlock();
        }
    }

    private Arm connected() {
        Arm connected = this.arm;
        if (connected == null) {
            throw new IllegalStateException("The arm is not connected. Call reset() first.");
        }
        return connected;
    }

    /**
     * Brings the arm to rest, then closes the port, also after a failure. Does nothing if the arm
     * is not connected.
     *
     * <p>If another thread is in {@link #reset()}, that call ends at its next step. If another
     * thread is already stopping the arm, this method waits for it, so that a parking arm does not
     * fall.
     *
     * <p>When the JVM ends, a shutdown hook calls this method for every arm that no other thread
     * has begun to stop after one second.
     *
     * @throws So101Exception if a servo did not confirm; the other servos were addressed
     * @throws InterruptedException if the thread is interrupted while the arm parks; torque is off
     *     then
     */
    @Override
    public void stop() throws InterruptedException {
        this.stops.incrementAndGet();
        boolean wasInterrupted = Thread.interrupted();
        boolean free = lockFor(STOP_PATIENCE.plus(this.settings.readTimeout().multipliedBy(3)));
        if (!free && this.resting) {
            free = lockFor(PARK_PATIENCE);
        }
        wasInterrupted |= Thread.interrupted();
        try {
            Arm connected = this.arm;
            if (connected != null && free) {
                this.resting = true;
                rest(connected);
            } else if (connected != null) {
                throw LinkLostException.blocked(connected.path());
            }
        } finally {
            disconnect();
            if (free) {
                this.resting = false;
                this.lock.unlock();
            }
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void rest(Arm connected) throws InterruptedException {
        try {
            connected.rest(this.settings.stopMode());
        } catch (ServoFaultException ex) {
            this.lastFault = ex;
            throw ex;
        }
    }

    /** Ignores an interrupt until it returns: an interrupted stop stops the arm, too. */
    private boolean lockFor(Duration time) {
        boolean wasInterrupted = false;
        long deadline = System.nanoTime() + time.toNanos();
        try {
            while (true) {
                try {
                    return this.lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException ex) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void disconnect() {
        Arm connected = this.arm;
        this.arm = null;
        if (connected != null) {
            this.measurement.forget();
            connected.close();
        }
    }

    /**
     * Stops the arm, if it is connected.
     *
     * @throws So101Exception if a servo did not confirm; the other servos were addressed
     */
    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int[] actionShape() {
        return new int[] {JOINTS};
    }

    /** {@return the motor names of the {@linkplain Joint joints}} */
    @Override
    public List<String> joints() {
        return Joint.MOTOR_NAMES;
    }

    /** {@return the goals that the servos hold} From there, a joint does not sag any further. */
    @Override
    public Tensor positions(Observation observation) {
        this.lock.lock();
        try {
            return this.limits.toUnits(connected().goals());
        } finally {
            this.lock.unlock();
        }
    }

    /** {@return the goal that the servo holds} */
    @Override
    public float lastCommand(int joint, float sent) {
        this.lock.lock();
        try {
            return this.limits.toUnits(joint, connected().goals()[joint]);
        } finally {
            this.lock.unlock();
        }
    }

    /**
     * {@return the state of the link, the clamped goals, the overload of the gripper, and voltage
     * and temperature if they are observed}
     */
    @Override
    public List<RobotReading> readings() {
        List<RobotReading> readings = new ArrayList<>(this.statistics.readings());
        readings.addAll(this.limits.readings());
        readings.addAll(this.measurement.readings());
        return readings;
    }

    /** {@return the arm and its port, for logs} */
    @Override
    public String toString() {
        return "SO-101 on " + this.settings.port();
    }

    /**
     * Builds a {@link So101Robot}. Nothing is opened and nothing moves. Each setter checks its
     * value and throws an {@link IllegalArgumentException} that names the setting, the value and
     * its range.
     *
     * @since 0.1
     */
    public static final class Builder {

        private final String port;
        private final Supplier<Calibration> calibration;
        private int baudRate = 1_000_000;
        private boolean writeCalibration;
        private JointUnits units = JointUnits.RADIANS;
        private Duration readTimeout = Duration.ofMillis(10);
        private int maxConsecutiveErrors = 5;
        private @Nullable Double maxSpeed;
        private StopMode stopMode = StopMode.HOLD;
        private @Nullable List<Double> startPose;
        private @Nullable Double startSpeed;
        private Set<Sensor> sensors = Set.of();
        private LongSupplier nanoTime = System::nanoTime;

        Builder(String port, Supplier<Calibration> calibration) {
            this.port = port;
            this.calibration = calibration;
            checked();
        }

        /**
         * Sets the speed of the port. Default: 1 000 000.
         *
         * @param baudRate bits per second, 38 400 to 1 000 000
         * @return this builder
         */
        public Builder baudRate(int baudRate) {
            this.baudRate = baudRate;
            return checked();
        }

        /**
         * Sets whether {@link So101Robot#reset()} writes a calibration that differs to the servos,
         * instead of refusing the arm. The log and a file next to the calibration file keep the
         * previous values. Default: false.
         *
         * @param writeCalibration whether to write
         * @return this builder
         */
        public Builder writeCalibration(boolean writeCalibration) {
            this.writeCalibration = writeCalibration;
            return this;
        }

        /**
         * Sets the units of observations and actions. Default: radians.
         *
         * @param units the units
         * @return this builder
         */
        public Builder units(JointUnits units) {
            this.units = units;
            return checked();
        }

        /**
         * Sets the time for a measurement including its retries. The first attempt has half of it.
         * Default: 10 ms.
         *
         * @param readTimeout 1 ms to 1 s
         * @return this builder
         */
        public Builder readTimeout(Duration readTimeout) {
            this.readTimeout = readTimeout;
            return checked();
        }

        /**
         * Sets the number of failed measurements in a row that ends the run. Default: 5.
         *
         * @param maxConsecutiveErrors 1 to 1000
         * @return this builder
         */
        public Builder maxConsecutiveErrors(int maxConsecutiveErrors) {
            this.maxConsecutiveErrors = maxConsecutiveErrors;
            return checked();
        }

        /**
         * Sets the maximum speed of each joint's goal, at any rate of the loop. Default: 2 rad/s,
         * less than half of what an STS3215 can turn (4.7 rad/s without load at 12 V). In the first
         * second of a run the limit grows from a twentieth of this value. More than 0.1 s between
         * two actions counts as 0.1 s.
         *
         * @param maxSpeed in the units of actions per second, more than 0; {@code
         *     Double.POSITIVE_INFINITY} for no limit and no soft start, null for the default
         * @return this builder
         */
        public Builder maxSpeed(@Nullable Double maxSpeed) {
            this.maxSpeed = maxSpeed;
            return checked();
        }

        /**
         * Sets what the arm does at the end of a run. Default: hold.
         *
         * @param stopMode the mode
         * @return this builder
         */
        public Builder stopMode(StopMode stopMode) {
            this.stopMode = stopMode;
            return checked();
        }

        /**
         * Sets the pose to which the arm moves at the start of a run. Default: none, the arm stays
         * where it is.
         *
         * @param startPose six positions in the units of actions, or null
         * @return this builder
         */
        public Builder startPose(@Nullable List<Double> startPose) {
            this.startPose = startPose;
            return checked();
        }

        /**
         * Sets the speed of the arm on the way to its start pose. Default: 0.5 rad/s. {@link
         * So101Robot#reset()} refuses more than a servo can turn, 4.7 rad/s.
         *
         * @param startSpeed in the units of actions per second, finite and more than 0, or null for
         *     the default
         * @return this builder
         */
        public Builder startSpeed(@Nullable Double startSpeed) {
            this.startSpeed = startSpeed;
            return checked();
        }

        /**
         * Sets what is observed in addition to position and velocity. Each sensor adds to the time
         * on the wire. Default: none.
         *
         * @param sensors the sensors
         * @return this builder
         */
        public Builder sensors(Collection<Sensor> sensors) {
            this.sensors = Set.copyOf(sensors);
            return this;
        }

        /** Sets the clock of the speed limit, and of the time to park. */
        Builder nanoTime(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            return this;
        }

        /**
         * Builds the robot.
         *
         * @return a robot that is not connected yet
         * @throws IllegalArgumentException if the arm is to park but has no start pose; if a
         *     calibration is to be written but the port is {@link So101Robot#AUTO}; or if the read
         *     time-out is too short for the speed of the port
         */
        public So101Robot build() {
            return new So101Robot(settings().requireConsistent());
        }

        /** Creates the settings, whose constructor checks them, so that a setter fails at once. */
        private Builder checked() {
            settings();
            return this;
        }

        So101Settings settings() {
            return new So101Settings(
                    this.port,
                    this.calibration,
                    this.baudRate,
                    this.writeCalibration,
                    this.units,
                    this.readTimeout,
                    this.maxConsecutiveErrors,
                    this.maxSpeed,
                    this.stopMode,
                    this.startPose,
                    this.startSpeed,
                    this.sensors,
                    this.nanoTime);
        }
    }
}
