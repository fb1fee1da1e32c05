package dev.rfx.session.benchmark;

/** One measurement: a loop, its rate, and the number of busy loops meanwhile. */
record Case(Loop loop, double rateHz, int busyLoops) {}
