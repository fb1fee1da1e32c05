package dev.rfx.session.actuate;

import dev.rfx.session.Session;

/** What an operator can tell a session to do. */
public enum SessionCommand {
    /** {@link Session#start()}: the robot moves. */
    START {
        @Override
        void applyTo(Session session) {
            session.start();
        }
    },
    /** {@link Session#stop()}: the robot is brought to its safe state. */
    STOP {
        @Override
        void applyTo(Session session) {
            session.stop();
        }
    },
    /** {@link Session#resetStatistics()}: the statistics count from now on. */
    RESET_STATISTICS {
        @Override
        void applyTo(Session session) {
            session.resetStatistics();
        }
    };

    abstract void applyTo(Session session);
}
