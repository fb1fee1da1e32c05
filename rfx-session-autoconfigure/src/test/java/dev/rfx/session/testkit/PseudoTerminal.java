package dev.rfx.session.testkit;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A pseudo-terminal of Linux, seen from its master. A program opens the slave as a serial port or
 * console; it receives the bytes written here, and the other way round. Confined to one thread:
 * after a close by another thread, the file descriptor might already belong to another file.
 */
public final class PseudoTerminal implements AutoCloseable {

    private static final int O_RDWR = 0x2;
    private static final int O_NOCTTY = 0x100;
    private static final int O_NONBLOCK = 0x800;
    private static final int TCSANOW = 0;

    private static final int EAGAIN = 11;
    private static final int EINTR = 4;
    private static final int EIO = 5;

    private static final short POLLIN = 0x1;
    private static final short POLLHUP = 0x10;

    private static final long NO_READER_NANOS = Duration.ofMillis(1).toNanos();

    private final int master;
    private final Path slave;
    private final Memory pollfd = new Memory(8);

    /** Opens a new pseudo-terminal. */
    public PseudoTerminal() throws IOException {
        // Non-blocking, as a UART: bytes that are not read are lost.
        this.master = check("posix_openpt", LibC.posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
        try {
            check("grantpt", LibC.grantpt(this.master));
            check("unlockpt", LibC.unlockpt(this.master));
            // Before a program opens the slave: otherwise the line discipline echoes our bytes.
            makeRaw();
            byte[] name = new byte[128];
            check("ptsname_r", -LibC.ptsname_r(this.master, name, name.length));
            this.slave = Path.of(new String(name, StandardCharsets.UTF_8).split("\0", 2)[0]);
        } catch (IOException ex) {
            close();
            throw ex;
        }
    }

    private void makeRaw() throws IOException {
        try (Memory termios = new Memory(256)) { // 60 bytes on Linux
            check("tcgetattr", LibC.tcgetattr(this.master, termios));
            LibC.cfmakeraw(termios);
            check("tcsetattr", LibC.tcsetattr(this.master, TCSANOW, termios));
        }
    }

    /** {@return the path that a program opens as its serial port or console} */
    public Path slave() {
        return this.slave;
    }

    /**
     * Reads the bytes that have arrived, or waits for some.
     *
     * <p>A bounded poll, because closing the descriptor does not free a thread that waits in read.
     *
     * @return the number of bytes; 0 if none arrived in time
     */
    public int read(byte[] buffer, Duration timeout) throws IOException {
        this.pollfd.setInt(0, this.master);
        this.pollfd.setShort(4, POLLIN);
        this.pollfd.setShort(6, (short) 0);
        check("poll", LibC.poll(this.pollfd, 1, (int) timeout.toMillis()));
        short events = this.pollfd.getShort(6);
        if ((events & POLLIN) != 0) {
            return check("read", LibC.read(this.master, buffer, buffer.length));
        }
        if ((events & POLLHUP) != 0) {
            // No program has the slave open: poll returns at once until one opens it.
            LockSupport.parkNanos(NO_READER_NANOS);
        }
        return 0;
    }

    /** Sends bytes, as many as the buffer has room for. */
    public void write(byte[] bytes) throws IOException {
        check("write", LibC.write(this.master, bytes, bytes.length));
    }

    /** Unplugs it: a program that has the slave open sees a hang-up. */
    @Override
    public void close() {
        LibC.close(this.master);
        this.pollfd.close();
    }

    /** {@return a result that is no error; 0 for an error that means "try again later"} */
    private static int check(String function, long result) throws IOException {
        if (result >= 0) {
            return (int) result;
        }
        int error = Native.getLastError();
        if (error == EAGAIN || error == EINTR || error == EIO) {
            return 0;
        }
        throw new IOException(function + " failed: errno " + error);
    }

    private static final class LibC {

        static {
            Native.register(LibC.class, Platform.C_LIBRARY_NAME);
        }

        static native int posix_openpt(int flags);

        static native int grantpt(int fd);

        static native int unlockpt(int fd);

        static native int ptsname_r(int fd, byte[] name, long size);

        static native int tcgetattr(int fd, Pointer termios);

        static native void cfmakeraw(Pointer termios);

        static native int tcsetattr(int fd, int actions, Pointer termios);

        static native int poll(Pointer fds, long count, int timeoutMillis);

        static native long read(int fd, byte[] buffer, long count);

        static native long write(int fd, byte[] buffer, long count);

        static native int close(int fd);
    }
}
