package dev.rfx.session.sample.go1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A simulator of two joints that answers as the test says. It serves one connection at a time. */
final class ScriptedSimulator implements AutoCloseable {

    /** No reply, and the connection stays open. */
    static final String SILENCE = "silence";

    /** The connection is closed instead of a reply. */
    static final String END = "end";

    static final String INFO =
            """
            {"nu":2,"joints":["hip","knee"],"home":[0.3,0.4],"timestep":0.004,"substeps":5}""";

    static final String STATE =
            """
            {"t":0.02,"linvel":[1,2,3],"gyro":[4,5,6],"gravity":[0,0,-1],"q":[0.5,-0.25],"qd":[7,8],\
            "pos":[9,10,11],"quat":[1,0,0,0]}""";

    private final ServerSocket server;
    private final CompletableFuture<Void> ended;
    private final Map<String, String> replies = new ConcurrentHashMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    ScriptedSimulator() throws IOException {
        this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        answer("info", INFO).answer("reset", STATE).answer("step", STATE);
        this.ended = CompletableFuture.runAsync(this::serve, task -> new Thread(task).start());
    }

    ScriptedSimulator answer(String command, String reply) {
        this.replies.put(command, reply);
        return this;
    }

    int port() {
        return this.server.getLocalPort();
    }

    /** What came since the last call. */
    List<String> requests() {
        List<String> copy = List.copyOf(this.requests);
        this.requests.clear();
        return copy;
    }

    private void serve() {
        while (!this.server.isClosed()) {
            try (Socket socket = this.server.accept()) {
                serve(socket);
            } catch (IOException ex) {
                // The next connection, unless this simulator is closed.
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            this.requests.add(line);
            String request = line;
            String reply =
                    this.replies.entrySet().stream()
                            .filter(entry -> request.contains('"' + entry.getKey() + '"'))
                            .map(Map.Entry::getValue)
                            .findAny()
                            .orElse("{\"error\":\"unknown cmd\"}");
            if (reply.equals(END)) {
                return;
            }
            if (!reply.equals(SILENCE)) {
                socket.getOutputStream().write((reply + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** Returns when the port is closed, which is when no thread waits for a connection. */
    @Override
    public void close() throws IOException {
        this.server.close();
        this.ended.join();
    }
}
