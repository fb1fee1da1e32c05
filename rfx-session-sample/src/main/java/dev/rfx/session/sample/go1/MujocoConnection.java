package dev.rfx.session.sample.go1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection to the simulator: one JSON object a line, one reply a line. After a failure it is
 * closed, because a late reply would be taken for that to the next request. One thread asks; any
 * thread may close it.
 */
final class MujocoConnection implements AutoCloseable {

    /**
     * Longer than any step, and shorter than the stop timeout of a session, because an interrupt
     * does not end a read.
     */
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private static final JsonMapper JSON = new JsonMapper();

    private final Socket socket;
    private final BufferedReader replies;
    private final OutputStream requests;

    private MujocoConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.replies =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.requests = socket.getOutputStream();
    }

    /**
     * Connects to a simulator on this machine.
     *
     * @throws SimulatorException if there is none at the port
     */
    @SuppressWarnings("resource") // the connection closes the socket
    static MujocoConnection open(int port) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (int) LIMIT.toMillis());
            return new MujocoConnection(socket);
        } catch (IOException ex) {
            close(socket);
            throw SimulatorException.notConnected(port, ex);
        }
    }

    /**
     * Sends a request and returns the reply to it.
     *
     * @param command the name of the request
     * @throws SimulatorException if there is no reply in time, or it is an error
     */
    JsonNode ask(String command) {
        return ask(command, Map.of("cmd", command));
    }

    /** As {@link #ask(String)}, with an argument. */
    JsonNode ask(String command, String name, double[] argument) {
        return ask(command, Map.of("cmd", command, name, argument));
    }

    private JsonNode ask(String command, Map<String, Object> request) {
        JsonNode reply = exchange(command, JSON.writeValueAsString(request));
        JsonNode error = reply.get("error");
        if (error != null) {
            throw SimulatorException.refused(command, error.asString());
        }
        return reply;
    }

    private JsonNode exchange(String command, String request) {
        try {
            this.requests.write((request + "\n").getBytes(StandardCharsets.UTF_8));
            String reply = this.replies.readLine();
            if (reply != null) {
                return JSON.readTree(reply);
            }
            close();
            throw SimulatorException.ended(command);
        } catch (SocketTimeoutException ex) {
            close();
            throw SimulatorException.silent(command, LIMIT, ex);
        } catch (IOException ex) {
            close();
            throw SimulatorException.disconnected(command, ex);
        } catch (JacksonException ex) {
            close();
            throw SimulatorException.badReply(command, ex.getOriginalMessage());
        }
    }

    boolean isClosed() {
        return this.socket.isClosed();
    }

    @Override
    public void close() {
        close(this.socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException ex) {
            // There is nothing left that could be sent or received.
        }
    }
}
