package dev.rfx.session.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** How late a loop is, against what it costs: one line for each loop, one point for each rate. */
final class Plot {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 600;

    private Plot() {}

    static void write(
            Path file, List<Loop> loops, double[] rates, BiFunction<Loop, Double, Result> results)
            throws IOException {
        XYSeriesCollection data = new XYSeriesCollection();
        for (Loop loop : loops) {
            XYSeries series = new XYSeries(loop.toString(), false);
            for (double rate : rates) {
                Result result = results.apply(loop, rate);
                series.add(result.medianCpu(), Math.max(result.medianJitter(0.95), 0.01));
            }
            data.addSeries(series);
        }
        JFreeChart chart =
                ChartFactory.createXYLineChart(
                        "50, 200, 500 and 1000 Hz (from left to right), idle machine",
                        "CPU of the loop's thread, % of one processor",
                        "jitter p95, µs",
                        data);
        XYPlot plot = chart.getXYPlot();
        plot.setDomainAxis(new LogAxis("CPU of the loop's thread, % of one processor"));
        plot.setRangeAxis(new LogAxis("jitter p95, µs"));
        plot.setRenderer(new XYLineAndShapeRenderer(true, true));
        ChartUtils.saveChartAsPNG(file.toFile(), chart, WIDTH, HEIGHT);
    }
}
