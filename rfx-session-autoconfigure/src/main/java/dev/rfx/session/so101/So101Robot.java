package dev.rfx.session.so101;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
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
 * Joint}, then their velocities, in {@link JointUnits}; {@code load}, {@code voltage}, {@code
 * temperature} and {@code current} have one value per joint where they were asked for. The tensors
 * are filled anew by every {@link #observe()}, and the stamp says when they were measured.
 *
 * <p><b>Action.</b> Six goal positions in the same units. They are kept within the calibrated range
 * and within a greatest speed, which grows in the first second; {@link #readings()} counts that.
 *
 * <p><b>Errors.</b> A reply that is missing or damaged is asked for again, twice, within the read
 * time-out. If that does not help, {@link #observe()} returns the last observation with its old
 * stamp, so that {@code maxObservationAge} can judge it; after so many times in a row it throws a
 * {@link LinkLostException}. A servo that reports a fault is a {@link ServoFaultException} at once,
 * but for the overload of the gripper, which is a reading: it holds something.
 *
 * <p><b>Connection.</b> {@link #reset()} opens the port, checks the servos and their calibration,
 * and turns torque on without a motion; then the arm goes to the start pose, if there is one, at
 * its speed. {@link #stop()} brings the arm to rest by the {@link StopMode} and closes the port.
 *
 * <p><b>Threading.</b> As a session calls it: one thread, but for {@link #stop()}, which may come
 * from another one while a call hangs, {@link #readings()} and {@link #close()}.
 */
public final class So101Robot implements Robot<Observation, Tensor>, AutoCloseable {

    /** The port that stands for whichever the arm is on. */
    public static final String AUTO = "auto";

    private static final int JOINTS = Joint.values().length;

    /**
     * Whoever uses the port for longer, though he was told to stop, and beside some read time-outs,
     * is in a write that nobody reads from: to tell six servos that do not answer takes 0.9 s.
     */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

    /** Longer than a stop takes that parks the arm. */
    private static final Duration PARK_PATIENCE = Duration.ofSeconds(12);

    private final Settings settings;
    private final LinkStatistics statistics = new LinkStatistics();
    private final GoalLimits limits;
    private final Measurement measurement;

    /** Held while the port is used: by one thread, but for a stop beside a call that hangs. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Counted up by each stop, to end what another thread is doing at its next step. */
    private final AtomicInteger stops = new AtomicInteger();

    private final int[] goals = new int[JOINTS]; // guarded by lock

    /** Whether whoever has the lock brings the arm to rest. */
    private volatile boolean resting;

    private volatile @Nullable Arm arm;
    private int errorsInARow; // guarded by lock

    /** What a servo reported, until a start has told what became of it. Guarded by lock. */
    private @Nullable ServoFaultException lastFault;

    private So101Robot(Settings settings) {
        this.settings = settings;
        this.limits = new GoalLimits(settings.nanoTime());
        this.measurement = new Measurement(settings);
    }

    /**
     * Begins to describe an arm.
     *
     * @param port the path of its serial port, or {@link #AUTO} for the one USB serial port on
     *     which an SO-101 answers
     * @param calibration its calibration
     * @return a builder
     */
    public static Builder builder(String port, Calibration calibration) {
        Objects.requireNonNull(calibration, "calibration");
        return new Builder(port, () -> calibration);
    }

    /**
     * Begins to describe an arm whose calibration is read when it is connected.
     *
     * @param port the path of its serial port, or {@link #AUTO} for the one USB serial port on
     *     which an SO-101 answers
     * @param calibrationFile the file of its calibration, see {@link Calibration#read(Path)}
     * @return a builder
     */
    public static Builder builder(String port, Path calibrationFile) {
        Objects.requireNonNull(calibrationFile, "calibrationFile");
        return new Builder(port, () -> Calibration.read(calibrationFile));
    }

    /**
     * Connects to the arm. It does not move, unless it has a start pose; but a joint that lies up
     * to 3° outside its calibrated range is led back to its end, at 9°/s.
     *
     * @throws PortException if the port cannot be found or opened, or its adapter echoes
     * @throws NotAnSo101Exception if not six servos of an SO-101 answer
     * @throws CalibrationException if the calibration cannot be read, or the servos are not
     *     calibrated as it says
     * @throws ArmBusyException if a servo has to be configured while it holds
     * @throws JointOutOfRangeException if a joint lies more than 3° outside its calibrated range
     * @throws StartPoseException if a joint does not follow on the way to the start pose
     * @throws SupplyVoltageException if a servo takes no such supply
     * @throws ServoFaultException if a servo reports a fault
     * @throws LinkException if a servo does not answer any more
     * @throws IllegalArgumentException if the start speed is more than a servo can turn
     * @throws InterruptedException if the thread is interrupted on the way, or another one calls
     *     {@link #stop()}
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
            this.arm = connected; // a stop that does not see it yet was counted: it is seen here
            try {
                cancellation.check();
                connected.checkAndConfigure(cancellation);
            } catch (RuntimeException | InterruptedException ex) {
                disconnect(); // nothing was moved, and nothing has to be brought to rest
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
                throw new InterruptedException("The arm is to stop");
            }
        };
    }

    /**
     * Measures, or returns the last measurement with its old stamp if that failed.
     *
     * @throws LinkLostException if it failed too often in a row, the port is gone, or a servo lost
     *     its power for a moment
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
     * Sends six goals.
     *
     * @throws IllegalArgumentException if there are not six, or one is not finite; none is sent
     *     then
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
            throw new IllegalStateException("The arm is not connected: reset() does that");
        }
        return connected;
    }

    /**
     * Brings the arm to rest and closes the port, also if the first fails. Does nothing where the
     * arm is not connected.
     *
     * <p>A JVM that ends stops an arm that nobody else has begun to stop a second later.
     *
     * <p>If another thread is in {@link #reset()}, that ends at its next step. If another one is
     * stopping the arm already, this method waits for it: an arm that parks is not dropped.
     *
     * @throws So101Exception if a servo could not be told; the others were
     * @throws InterruptedException if the thread is interrupted on the way to the start pose;
     *     torque is off then
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

    /** An interrupt does not keep the arm from being told. */
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
     * @throws So101Exception if a servo could not be told; the others were
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

    /**
     * Tells about the link, the clamped goals, the overload of the gripper, and voltage and
     * temperature where they are observed.
     *
     * @return the readings
     */
    @Override
    public List<RobotReading> readings() {
        List<RobotReading> readings = new ArrayList<>(this.statistics.readings());
        readings.addAll(this.limits.readings());
        readings.addAll(this.measurement.readings());
        return readings;
    }

    /**
     * Names the port.
     *
     * @return a line for logs
     */
    @Override
    public String toString() {
        return "SO-101 on " + this.settings.port();
    }

    /** What {@link Builder} gathers. */
    record Settings(
            String port,
            Supplier<Calibration> calibration,
            int baudRate,
            boolean writeCalibration,
            JointUnits units,
            Duration readTimeout,
            int maxConsecutiveErrors,
            @Nullable Double maxSpeed,
            StopMode stopMode,
            @Nullable List<Double> startPose,
            @Nullable Double startSpeed,
            Set<Sensor> sensors,
            LongSupplier nanoTime) {}

    /** Builds a {@link So101Robot}. Nothing is opened and nothing moves. */
    public static final class Builder {

        private static final Duration MIN_READ_TIMEOUT = Duration.ofMillis(1);
        private static final Duration MAX_READ_TIMEOUT = Duration.ofSeconds(1);

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
        private Set<Sensor> sensors = EnumSet.noneOf(Sensor.class);
        private LongSupplier nanoTime = System::nanoTime;

        Builder(String port, Supplier<Calibration> calibration) {
            require(!port.isBlank(), "port", '"' + port + '"', "a path or auto");
            this.port = port;
            this.calibration = calibration;
        }

        /**
         * Sets the speed of the port. Default 1 000 000.
         *
         * @param baudRate bits per second, 38 400 to 1 000 000
         * @return this builder
         */
        public Builder baudRate(int baudRate) {
            require(
                    baudRate >= 38_400 && baudRate <= 1_000_000,
                    "baudRate",
                    baudRate,
                    "38400 to 1000000");
            this.baudRate = baudRate;
            return this;
        }

        /**
         * Lets a calibration that differs be written to the servos, instead of refusing it. What
         * they held before is in the log, and in a file next to the calibration file. Default
         * false.
         *
         * @param writeCalibration whether to write
         * @return this builder
         */
        public Builder writeCalibration(boolean writeCalibration) {
            this.writeCalibration = writeCalibration;
            return this;
        }

        /**
         * Sets the units of observations and actions. Default radians.
         *
         * @param units the units
         * @return this builder
         */
        public Builder units(JointUnits units) {
            this.units = Objects.requireNonNull(units, "units");
            return this;
        }

        /**
         * Sets how long a measurement may take, with its retries. Half of it is for the first
         * attempt. Default 10 ms.
         *
         * @param readTimeout 1 ms to 1 s
         * @return this builder
         */
        public Builder readTimeout(Duration readTimeout) {
            require(
                    readTimeout.compareTo(MIN_READ_TIMEOUT) >= 0
                            && readTimeout.compareTo(MAX_READ_TIMEOUT) <= 0,
                    "readTimeout",
                    readTimeout,
                    MIN_READ_TIMEOUT + " to " + MAX_READ_TIMEOUT);
            this.readTimeout = readTimeout;
            return this;
        }

        /**
         * Sets how many measurements may fail in a row; the last of them is a failure. Default 5.
         *
         * @param maxConsecutiveErrors 1 to 1000
         * @return this builder
         */
        public Builder maxConsecutiveErrors(int maxConsecutiveErrors) {
            require(
                    maxConsecutiveErrors >= 1 && maxConsecutiveErrors <= 1000,
                    "maxConsecutiveErrors",
                    maxConsecutiveErrors,
                    "1 to 1000");
            this.maxConsecutiveErrors = maxConsecutiveErrors;
            return this;
        }

        /**
         * Sets how fast the goal of each joint may move, whatever the rate of the loop. By default
         * 2 rad/s, less than half of what an STS3215 can turn (4.7 rad/s without load at 12 V). In
         * the first second of a run it grows from a twentieth of that; more than 0.1 s between two
         * actions count as 0.1 s.
         *
         * @param maxSpeed in the units of actions per second, more than 0; {@code
         *     Double.POSITIVE_INFINITY} for no limit and no soft start, null for the default
         * @return this builder
         */
        public Builder maxSpeed(@Nullable Double maxSpeed) {
            require(maxSpeed == null || maxSpeed > 0, "maxSpeed", maxSpeed, "more than 0");
            this.maxSpeed = maxSpeed;
            return this;
        }

        /**
         * Sets what the arm does at the end of a run. Default hold.
         *
         * @param stopMode what it does
         * @return this builder
         */
        public Builder stopMode(StopMode stopMode) {
            this.stopMode = Objects.requireNonNull(stopMode, "stopMode");
            return this;
        }

        /**
         * Sets where the arm goes at the start of a run. Not set, it stays where it is.
         *
         * @param startPose six positions in the units of actions, or null
         * @return this builder
         */
        public Builder startPose(@Nullable List<Double> startPose) {
            require(
                    startPose == null
                            || (startPose.size() == JOINTS
                                    && startPose.stream().allMatch(Double::isFinite)),
                    "startPose",
                    startPose,
                    "six finite positions");
            this.startPose = startPose == null ? null : List.copyOf(startPose);
            return this;
        }

        /**
         * Sets how fast the arm goes to its start pose. By default 0.5 rad/s. {@link #reset()}
         * refuses more than a servo can turn, 4.7 rad/s.
         *
         * @param startSpeed in the units of actions per second, finite and more than 0, or null for
         *     the default
         * @return this builder
         */
        public Builder startSpeed(@Nullable Double startSpeed) {
            require(
                    startSpeed == null || (startSpeed > 0 && Double.isFinite(startSpeed)),
                    "startSpeed",
                    startSpeed,
                    "finite and more than 0");
            this.startSpeed = startSpeed;
            return this;
        }

        /**
         * Sets what is observed beside position and velocity. Each adds to the time on the wire.
         *
         * @param sensors what is observed
         * @return this builder
         */
        public Builder sensors(Collection<Sensor> sensors) {
            this.sensors =
                    sensors.isEmpty() ? EnumSet.noneOf(Sensor.class) : EnumSet.copyOf(sensors);
            return this;
        }

        /** Sets the time of the speed limit. */
        Builder nanoTime(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            return this;
        }

        /**
         * Describes the arm.
         *
         * @return a robot that is not connected yet
         * @throws IllegalArgumentException if the arm is to park, but there is no start pose; if a
         *     calibration is to be written to whichever arm is found; or if the read time-out is
         *     too short for the speed of the port
         */
        public So101Robot build() {
            require(
                    this.stopMode != StopMode.PARK_THEN_TORQUE_OFF || this.startPose != null,
                    "stopMode",
                    this.stopMode,
                    "another one where there is no startPose to park in");
            require(
                    !this.writeCalibration || !this.port.equals(AUTO),
                    "port",
                    this.port,
                    "a path where writeCalibration is true: it may be another arm that is found");
            Duration shortest =
                    ServoBus.minReadTimeout(this.baudRate, Measurement.registerBytes(this.sensors));
            require(
                    this.readTimeout.compareTo(shortest) >= 0,
                    "readTimeout",
                    this.readTimeout,
                    "at least %s: so long are three requests and their replies on the wire at %d bit/s"
                            .formatted(shortest, this.baudRate));
            return new So101Robot(settings());
        }

        Settings settings() {
            return new Settings(
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

        private static void require(
                boolean valid, String setting, @Nullable Object value, String range) {
            if (!valid) {
                throw new IllegalArgumentException(
                        "%s is %s, but must be %s".formatted(setting, value, range));
            }
        }
    }
}
