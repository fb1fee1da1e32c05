package dev.rfx.session.sample;

import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.JointReport;
import dev.rfx.session.so101.PortReport;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats reports on ports and joints for a terminal. */
final class So101Table {

    private static final String ROW = "%-13s  %2s  %8s  %8s  %8s  %8s  %8s  %8s";

    private So101Table() {}

    static String ofPorts(List<PortReport> ports) {
        return ports.isEmpty()
                ? "There is no serial port."
                : ports.stream().map(So101Table::line).collect(Collectors.joining("\n"));
    }

    private static String line(PortReport port) {
        return port.path()
                + (port.description().isEmpty() ? "" : " (" + port.description() + ")")
                + ": "
                + answer(port);
    }

    private static String answer(PortReport port) {
        if (port.problem() != null) {
            return port.problem();
        }
        return port.joints().isEmpty()
                ? "no servo answers"
                : port.joints().stream()
                        .map(joint -> Integer.toString(joint.id()))
                        .collect(Collectors.joining(", ", "servos ", " answer"));
    }

    static String ofJoints(List<JointReport> joints) {
        return row("joint", "id", "steps", "position", "steps/s", "load", "voltage", "heat")
                + joints.stream().map(So101Table::row).collect(Collectors.joining("\n", "\n", ""));
    }

    private static String row(JointReport report) {
        JointReport.State state = report.state();
        if (state == null) {
            return report.problem() == null ? "" : report.problem().description();
        }
        String row =
                row(
                        report.joint().motorName(),
                        report.joint().id(),
                        state.positionSteps(),
                        position(report.joint(), state.position()),
                        state.velocityStepsPerSecond(),
                        format("%.1f %%", state.load() * 100),
                        format("%.1f V", state.volts()),
                        format("%.0f °C", state.celsius()));
        return state.overloaded() ? row + "  overload" : row;
    }

    /** The position of a gripper is a share of its range. */
    private static String position(Joint joint, @Nullable Double position) {
        if (position == null) {
            return "-";
        }
        return format(joint == Joint.GRIPPER ? "%.1f %%" : "%.1f°", position);
    }

    private static String row(Object... cells) {
        return format(ROW, cells);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
