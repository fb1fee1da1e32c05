package dev.rfx.session.so101;

import java.time.Duration;

/**
 * The arm does not reach its start pose.
 *
 * @since 0.1
 */
public class StartPoseException extends So101Exception {

    private static final long serialVersionUID = 1L;

    private StartPoseException(String description, String action) {
        super(description, action);
    }

    static StartPoseException blocked(Joint joint, int position, int goal) {
        return new StartPoseException(
                "%s does not follow on the way to the start pose: it is at %d, its goal is %d"
                        .formatted(joint, position, goal),
                "Free the joint, check its power supply, or choose another start pose.");
    }

    static StartPoseException tooSlow(Duration limit) {
        return new StartPoseException(
                "The arm is not in its start pose after " + limit.toSeconds() + " s",
                "Set a higher start speed, or a start pose that is nearer.");
    }
}
