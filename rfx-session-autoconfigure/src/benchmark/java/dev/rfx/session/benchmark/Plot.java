package dev.rfx.session.benchmark;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.Map;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.XYPlot;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** How often the jitter of each loop exceeds a value: one curve for each loop. */
final class Plot {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 480;

    /** The finest jitter that is drawn, in µs: below is the resolution of the clock. */
    private static final double FINEST = 0.01;

    /** In the order of the loops; a reader who takes red for green still tells them apart. */
    private static final Color[] COLORS = {
        Color.GRAY,
        new Color(0xE69F00),
        new Color(0x56B4E9),
        new Color(0x009E73),
        new Color(0xD55E00),
        new Color(0x0072B2)
    };

    private Plot() {}

    static void write(Path file, double rateHz, Map<Loop, Result> results) throws IOException {
        XYSeriesCollection data = new XYSeriesCollection();
        results.forEach(
                (loop, result) -> {
                    XYSeries series = new XYSeries(loop.toString());
                    double[] jitter = result.pooled();
                    double drawn = 0;
                    for (int i = 0; i < jitter.length; i++) {
                        double value = Math.max(jitter[i], FINEST);
                        if (value > drawn * 1.02) {
                            series.add(value, 100.0 * (jitter.length - i) / jitter.length);
                            drawn = value;
                        }
                    }
                    data.addSeries(series);
                });
        JFreeChart chart =
                ChartFactory.createXYLineChart(
                        "%.0f Hz, idle machine".formatted(rateHz), null, null, data);
        XYPlot plot = chart.getXYPlot();
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setDomainAxis(axis("jitter as the robot sees it, µs"));
        plot.setRangeAxis(axis("iterations with more than this, %"));
        for (int i = 0; i < results.size(); i++) {
            plot.getRenderer().setSeriesPaint(i, COLORS[i]);
            plot.getRenderer().setSeriesStroke(i, new BasicStroke(2));
        }
        ChartUtils.saveChartAsPNG(file.toFile(), chart, WIDTH, HEIGHT);
    }

    private static LogAxis axis(String label) {
        LogAxis axis = new LogAxis(label);
        axis.setNumberFormatOverride(
                new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        axis.setTickUnit(new NumberTickUnit(1)); // a decade
        axis.setMinorTickMarksVisible(true);
        return axis;
    }
}
