// The plots of a session. Each draws the points of a span of time and keeps none.

/* global uPlot */

import { clock, count, decimal, integer, micros, position, shortMicros } from "./format.js";

export const KEPT_MS = 2 * 60 * 1000;
export const JOINTS_MS = 10 * 1000;

const MARKS = ["clamps", "overruns", "failures"]; // the worst is drawn last, over the others

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(more) {
  return {
    stroke: () => color("--quiet"),
    grid: { stroke: () => color("--line"), width: 1 },
    ticks: { stroke: () => color("--line"), width: 1 },
    ...more,
  };
}

// All plots of a session follow the pointer, but only the one below it is dragged over.
function isMove(type) {
  return type === "mousemove" || type === "mouseleave";
}

// The span of time that all plots of a session show: live, frozen, or zoomed.
export class Timeline {
  constructor(changed) {
    this.changed = changed;
    this.frozenAt = null;
    this.zoom = null;
  }

  freeze(now, zoom = null) {
    this.frozenAt ??= now;
    this.zoom = zoom;
    this.changed();
  }

  goLive() {
    this.frozenAt = null;
    this.zoom = null;
    this.changed();
  }

  get isLive() {
    return this.frozenAt === null;
  }

  range(now, millis) {
    const end = Math.min(this.frozenAt ?? now, now);
    return this.zoom ?? [end - millis, end];
  }
}

export class TimePlot {
  // Each series has label, value (of a point), and what uPlot draws it with.
  constructor(figure, timeline, series, options) {
    this.timeline = timeline;
    this.canvas = figure.querySelector(".canvas");
    this.series = series;
    this.options = options;
    this.points = [];
    this.last = null;
    this.range = [0, 1];
    this.isVisible = true;
    this.plot = new uPlot({
      width: 300,
      height: options.height,
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        sync: { key: "session", scales: ["x", null], filters: { pub: isMove, sub: isMove } },
      },
      scales: {
        x: { time: true, range: () => this.range.map(millis => millis / 1000) },
        y: options.scale,
      },
      axes: [
        axis({ values: (_, splits) => splits.map(seconds => clock(seconds * 1000)), space: 80, size: 30 }),
        axis({ size: 64, ...options.axis }),
      ],
      series: [{}, ...series.map(({ label, stroke, ...more }) => ({ label, stroke: () => color(stroke), ...more, value: undefined }))],
      bands: options.bands,
      hooks: {
        drawClear: [plot => options.behind?.(plot)],
        draw: [plot => options.over?.(plot, this.points)],
        setCursor: [() => this.read()],
        setSelect: [plot => this.select(plot)],
      },
    }, [[], ...series.map(() => [])], this.canvas);
    this.plot.over.addEventListener("dblclick", () => timeline.goLive());
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(this.canvas);
    this.visibility = new IntersectionObserver(entries => {
      this.isVisible = entries.at(-1).isIntersecting;
      timeline.changed(); // a frozen plot is drawn once it is seen
    });
    this.visibility.observe(this.canvas);
  }

  resize() {
    if (this.canvas.clientWidth > 0) {
      this.plot.setSize({ width: this.canvas.clientWidth, height: this.options.height });
    }
  }

  select(plot) {
    const { left, width } = plot.select;
    if (width < 5) {
      return;
    }
    const zoom = [plot.posToVal(left, "x") * 1000, plot.posToVal(left + width, "x") * 1000];
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.timeline.freeze(this.range[1], zoom);
  }

  draw(points, now) {
    this.range = this.timeline.range(now, this.options.millis);
    // One more on each side, so that lines reach the edges.
    const from = Math.max(0, points.findIndex(point => point.time >= this.range[0]) - 1);
    const after = points.findIndex(point => point.time > this.range[1]);
    this.points = points.slice(from, after === -1 ? points.length : after + 1);
    this.last = points[(after === -1 ? points.length : after) - 1] ?? null;
    if (this.isVisible) {
      this.plot.setData([
        this.points.map(point => point.time / 1000),
        ...this.series.map(({ value }) => this.points.map(value)),
      ]);
    }
    this.read();
  }

  // Shows the point below the pointer, else the last one of the span.
  read() {
    const index = this.plot?.cursor.idx;
    const isPointedAt = index !== null && index !== undefined && this.plot.cursor.left >= 0;
    this.options.read((isPointedAt ? this.points[index] : this.last) ?? null, isPointedAt);
  }

  name(text) {
    this.canvas.setAttribute("aria-label", text);
  }

  destroy() {
    this.resizes.disconnect();
    this.visibility.disconnect();
    this.plot.destroy();
  }
}

// A sensor may have measured no number.
function finite(value) {
  return typeof value === "number" ? value : null;
}

// A logarithmic scale has no zero.
function positive(value) {
  return value === null ? null : Math.max(value, 0.01);
}

function decades(_, splits) {
  return splits.map(split => (Number.isInteger(Math.log10(split)) ? split : null));
}

function at(point, isPointedAt) {
  return isPointedAt ? ` at ${clock(point.time)}` : "";
}

export function jitterPlot(figure, timeline) {
  const readout = figure.querySelector(".readout");
  const plot = new TimePlot(figure, timeline, [
    { label: "p50", stroke: "--jitter", width: 2, value: point => positive(point.p50) },
    { label: "p99", stroke: "--jitter", width: 1, value: point => positive(point.p99) },
  ], {
    height: 230,
    millis: KEPT_MS,
    scale: { distr: 3, log: 10, range: (_, low, high) => [Math.min(1, low || 1), Math.max(1000, high || 1000)] },
    axis: {
      filter: decades,
      grid: { stroke: () => color("--line"), width: 1, filter: decades },
      ticks: { stroke: () => color("--line"), width: 1, filter: decades },
      values: (_, splits) => splits.map(split => (split === null ? null : shortMicros(split))),
    },
    bands: [{ series: [2, 1], fill: () => color("--jitter-band") }],
    over: drawMarks,
    read(point, isPointedAt) {
      const marks = point === null ? [] : MARKS.filter(mark => point[mark] > 0).map(mark => count(point[mark], mark.slice(0, -1)));
      readout.textContent = point === null || (point.p50 === null && !isPointedAt) ? "" : [`${micros(point.p50)} to ${micros(point.p99)}${at(point, isPointedAt)}`, ...marks].join(", ");
    },
  });
  return plot;
}

// A failure is a line over the whole height, an overrun a bar at the bottom, a clamp a diamond at the top.
function drawMarks(plot, points) {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  ctx.save();
  for (const mark of MARKS) {
    ctx.fillStyle = color(`--${mark}`);
    for (const point of points) {
      const x = plot.valToPos(point.time / 1000, "x", true);
      if (point[mark] === 0 || x < bbox.left || x > bbox.left + bbox.width) {
        continue;
      }
      if (mark === "failures") {
        ctx.fillRect(x - size / 4, bbox.top, size / 2, bbox.height);
      } else if (mark === "overruns") {
        ctx.fillRect(x - size / 4, bbox.top + bbox.height - 4 * size, size / 2, 4 * size);
      } else {
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x + size, bbox.top + size);
        ctx.lineTo(x, bbox.top + 2 * size);
        ctx.lineTo(x - size, bbox.top + size);
        ctx.fill();
      }
    }
  }
  ctx.restore();
}

const PHASES = ["observe", "policy", "act"];

// Stacked: each line is the sum up to it, and the space below it is filled.
export function phasePlot(figure, timeline) {
  const readout = figure.querySelector(".readout");
  const sum = last => point => (point[PHASES[last]] === null ? null : PHASES.slice(0, last + 1).reduce((all, phase) => all + point[phase], 0));
  return new TimePlot(figure, timeline, PHASES.map((label, i) => ({
    label, stroke: `--${label}`, fill: () => `${color(`--${label}`)}66`, width: 1, value: sum(i),
  })), {
    height: 230,
    millis: KEPT_MS,
    scale: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] },
    axis: { values: (_, splits) => splits.map(shortMicros) },
    bands: [{ series: [3, 2] }, { series: [2, 1] }],
    read(point, isPointedAt) {
      readout.textContent = point === null || point.observe === null ? ""
        : PHASES.map(phase => `${phase} ${micros(point[phase])}`).join(", ") + at(point, isPointedAt);
    },
  });
}

export class JointPlot {
  constructor(figure, timeline, index, name, limits) {
    this.index = index;
    this.name = name;
    this.limits = limits;
    this.isFitted = false;
    this.low = -1;
    this.high = 1;
    figure.dataset.joint = name;
    figure.querySelector(".name").textContent = name;
    const shownPosition = figure.querySelector(".position");
    const shownGoal = figure.querySelector(".goal");
    this.plot = new TimePlot(figure, timeline, [
      { label: "position", stroke: "--position", width: 2, value: point => finite(point.positions[index]) },
      { label: "goal", stroke: "--goal", width: 2, dash: [6, 4], value: point => finite(point.goals[index]) },
    ], {
      height: 150,
      millis: JOINTS_MS,
      scale: { range: (_, low, high) => this.span(low, high) },
      axis: {
        splits: () => [this.low, (this.low + this.high) / 2, this.high],
        values: (_, splits) => splits.map(split => decimal(split, 2)),
      },
      behind: plot => this.drawLimits(plot),
      read(point) {
        shownPosition.textContent = position(point?.positions[index]);
        shownGoal.textContent = `goal ${position(point?.goals[index])}`;
      },
    });
  }

  // Shows the limits, or as much as the joint moves.
  span(low, high) {
    const values = [low, high, ...(this.isFitted ? [] : this.limits)].filter(value => value !== null && Number.isFinite(value));
    this.low = values.length === 0 ? -1 : Math.min(...values);
    this.high = values.length === 0 ? 1 : Math.max(...values);
    const least = 0.01; // a joint that stands still
    if (this.high - this.low < least) {
      const middle = (this.low + this.high) / 2;
      [this.low, this.high] = [middle - least / 2, middle + least / 2];
    }
    const margin = (this.high - this.low) * 0.08;
    return [this.low - margin, this.high + margin];
  }

  drawLimits(plot) {
    const { ctx, bbox } = plot;
    const clip = y => Math.min(Math.max(y, bbox.top), bbox.top + bbox.height);
    if (this.limits.every(limit => limit === null)) {
      return;
    }
    const [bottom, top] = this.limits.map((limit, i) => clip(limit === null ? [Infinity, -Infinity][i] : plot.valToPos(limit, "y", true)));
    ctx.save();
    ctx.fillStyle = color("--allowed");
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
    ctx.restore();
  }

  // After a run it keeps the last seconds of it: they show how it ended.
  draw(points, now) {
    this.plot.draw(points, points.findLast(point => point.positions.length > 0)?.time ?? now);
  }

  describe(point) {
    const [min, max] = this.limits.map(position);
    this.plot.name(`${this.name}: position ${position(point?.positions[this.index])}, limits ${min} to ${max}`);
  }

  destroy() {
    this.plot.destroy();
  }
}

// One row per bin: its label, its bar, its share.
export class Histogram {
  constructor(figure, labels) {
    this.rows = labels.map(label => {
      const item = document.createElement("li");
      const [name, track, share] = ["label", "track", "share"].map(type => {
        const part = document.createElement("span");
        part.className = type;
        return part;
      });
      const bar = document.createElement("span");
      bar.className = "bar";
      track.append(bar);
      name.textContent = label;
      item.append(name, track, share);
      return { item, bar, share, label };
    });
    figure.querySelector(".bars").replaceChildren(...this.rows.map(row => row.item));
  }

  draw(counts) {
    const all = counts.reduce((sum, each) => sum + each, 0);
    this.rows.forEach(({ item, bar, share, label }, i) => {
      const each = counts[i];
      // Logarithmic, so that one iteration in ten thousand is visible.
      bar.style.width = each === 0 ? "0" : `${100 * Math.log10(1 + each) / Math.log10(1 + all)}%`;
      share.textContent = each === 0 ? "" : `${decimal(100 * each / all, each / all < 0.1 ? 1 : 0)} %`;
      item.title = `${label}: ${integer(each)} of ${integer(all)}`;
    });
  }

  clear() {
    this.draw(this.rows.map(() => 0));
  }
}
