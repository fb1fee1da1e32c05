package dev.rfx.session.benchmark;

/**
 * One measurement.
 *
 * @param loop the loop
 * @param rateHz its rate
 * @param busyLoops number of threads that want the processors meanwhile
 * @param loops number of equal loops at the same time
 * @param readers number of threads that together ask for statistics 1000 times a second
 * @param warm whether the JVM has run such loops before
 */
record Case(Loop loop, double rateHz, int busyLoops, int loops, int readers, boolean warm) {

    static Case idle(Loop loop, double rateHz) {
        return new Case(loop, rateHz, 0, 1, 0, false);
    }

    Case withBusyLoops(int busyLoops) {
        return new Case(this.loop, this.rateHz, busyLoops, this.loops, this.readers, this.warm);
    }

    Case withLoops(int loops) {
        return new Case(this.loop, this.rateHz, this.busyLoops, loops, this.readers, this.warm);
    }

    Case withReaders(int readers) {
        return new Case(this.loop, this.rateHz, this.busyLoops, this.loops, readers, this.warm);
    }

    Case inWarmJvm() {
        return new Case(this.loop, this.rateHz, this.busyLoops, this.loops, this.readers, true);
    }
}
