package dev.rfx.session.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what is missing or inconsistent, so that one message has all of it. */
final class Problems {

    private final List<String> problems = new ArrayList<>();

    void add(String problem, Object... values) {
        this.problems.add(problem.formatted(values));
    }

    /** {@return what the reader returns, or null if it adds a problem} */
    <T> @Nullable T part(Supplier<T> reader) {
        int before = this.problems.size();
        T part = reader.get();
        return this.problems.size() == before ? part : null;
    }

    List<String> list() {
        return List.copyOf(this.problems);
    }
}
