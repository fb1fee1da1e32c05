package dev.rfx.session.benchmark;

/** What is measured beside how many busy loops. */
record Case(Loop loop, double rateHz, int busyLoops) {}
