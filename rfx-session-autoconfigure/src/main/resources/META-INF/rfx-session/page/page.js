// The live page. It shows the frames of /live, five per second. The first frame of a connection holds the last two
// minutes. The page never shows stale figures: without a new frame for two seconds it removes all figures until the
// next one arrives.

/* global uPlot */

const SHOWN_MS = 2 * 60 * 1000;
const SILENCE_MS = 2000;
const RETRY_MS = 2000;
const JOINT_COLORS = ["#0b62c4", "#c4540b", "#1a7f37", "#a3329a", "#b3861e", "#3a9ba8", "#7a5cd6", "#c2185b"];
const PHASES = [["observe", "#3a9ba8"], ["policy", "#c4870b"], ["act", "#7a5cd6"]];

const connection = document.getElementById("connection");
const main = document.getElementById("sessions");
const template = document.getElementById("session-template");
const dialog = document.getElementById("confirm");
const views = new Map();

// ---- figures

const integer = new Intl.NumberFormat("en");

function decimal(value, digits) {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function micros(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  return value >= 1000 ? `${decimal(value / 1000, 2)} ms` : `${decimal(value, value < 10 ? 2 : 0)} µs`;
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  const two = number => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function number(value) {
  return Number.isInteger(value) ? integer.format(value) : decimal(value, 3);
}

// ---- plots

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

function clock(time) {
  return new Date(time * 1000).toLocaleTimeString([], { hour12: false });
}

class TimePlot {
  constructor(figure, series, options = {}) {
    this.figure = figure;
    this.times = [];
    this.columns = series.map(() => []);
    this.plot = new uPlot({
      width: 300,
      height: 230,
      legend: { live: true },
      cursor: { y: false },
      scales: {
        x: { time: true, range: () => [(this.now - SHOWN_MS) / 1000, this.now / 1000] },
        y: options.scale ?? {},
      },
      axes: [
        axis({ values: (_, splits) => splits.map(clock), space: 80 }),
        axis({ size: 64, ...options.axis }),
      ],
      series: [{ label: "time", value: (_, time) => (time === null ? "–" : clock(time)) }, ...series],
      bands: options.bands,
    }, [[], ...series.map(() => [])], figure);
    this.now = Date.now();
    new ResizeObserver(() => this.resize()).observe(figure);
  }

  resize() {
    const style = getComputedStyle(this.figure);
    const width = this.figure.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (width > 0) {
      this.plot.setSize({ width, height: 230 });
    }
  }

  add(time, values) {
    this.times.push(time / 1000);
    values.forEach((value, i) => this.columns[i].push(value));
  }

  draw(now) {
    this.now = now;
    const old = this.times.findIndex(time => time * 1000 >= now - SHOWN_MS);
    if (old > 0) {
      this.times.splice(0, old);
      this.columns.forEach(column => column.splice(0, old));
    }
    this.plot.setData([this.times, ...this.columns]);
    if (!this.isPointedAt()) {
      this.plot.setLegend({ idx: this.times.length - 1 }); // the last values
    }
  }

  isPointedAt() {
    return this.plot.cursor.idx !== null && this.plot.cursor.left >= 0;
  }

  clear() {
    this.plot.setLegend({ idx: null });
  }

  destroy() {
    this.plot.destroy();
  }
}

function decades(_, splits) {
  return splits.map(split => (Number.isInteger(Math.log10(split)) ? split : null));
}

function jitterPlot(figure) {
  const value = (_, raw) => micros(raw);
  return new TimePlot(figure, [
    { label: "p50", stroke: "#0b8f8f", width: 2, value },
    { label: "p99", stroke: "#c4540b", width: 2, value },
  ], {
    scale: { distr: 3, log: 10, range: (_, low, high) => [Math.min(0.01, low || 0.01), Math.max(100, high || 100)] },
    axis: {
      filter: decades,
      grid: { stroke: () => color("--line"), width: 1, filter: decades },
      ticks: { stroke: () => color("--line"), width: 1, filter: decades },
      values: (_, splits) => splits.map(split => (split === null ? null : String(split))),
    },
  });
}

// Stacked: each line is the sum up to it, and the space below it is filled.
function phasePlot(figure) {
  const own = i => (plot, _, seriesIndex, index) => {
    const data = plot.data;
    const at = index ?? data[0].length - 1;
    const sum = data[i + 1][at];
    return sum === null || sum === undefined ? "–" : micros(sum - (i === 0 ? 0 : data[i][at]));
  };
  return new TimePlot(
    figure,
    PHASES.map(([label, stroke], i) => ({ label, stroke, width: 1, fill: `${stroke}66`, value: own(i) })),
    {
      bands: [{ series: [3, 2] }, { series: [2, 1] }],
      scale: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] },
    },
  );
}

function jointPlot(figure, names) {
  const value = (_, raw) => (raw === null ? "–" : decimal(raw, 3));
  const series = kind => names.map((name, i) => ({
    label: `${name} ${kind}`,
    stroke: JOINT_COLORS[i % JOINT_COLORS.length],
    width: kind === "goal" ? 1 : 2,
    dash: kind === "goal" ? [6, 4] : undefined,
    value,
  }));
  return new TimePlot(figure, [...series("position"), ...series("goal")]);
}

class Histogram {
  constructor(figure, labels) {
    const list = figure.querySelector(".bars");
    this.items = labels.map(label => {
      const item = document.createElement("li");
      const bar = document.createElement("span");
      const share = document.createElement("span");
      const text = document.createElement("span");
      bar.className = "bar";
      share.className = "share";
      text.className = "label";
      text.textContent = label;
      item.append(bar, share, text);
      list.append(item);
      return { item, bar, share, label };
    });
  }

  draw(counts) {
    const all = counts.reduce((sum, count) => sum + count, 0);
    this.items.forEach(({ item, bar, share, label }, i) => {
      const count = counts[i];
      // Logarithmic, so that one iteration in ten thousand is visible.
      const height = count === 0 ? 0 : 100 * Math.log10(1 + count) / Math.log10(1 + all);
      bar.style.height = `${height * 0.9}%`;
      share.style.bottom = `${height * 0.9}%`;
      share.textContent = count === 0 ? "" : `${decimal(100 * count / all, count / all < 0.1 ? 1 : 0)}%`;
      item.title = `${label}: ${integer.format(count)} of ${integer.format(all)}`;
    });
  }

  clear() {
    this.draw(this.items.map(() => 0));
  }
}

// ---- one session

class SessionView {
  constructor(bean, bins) {
    this.bean = bean;
    this.root = template.content.firstElementChild.cloneNode(true);
    this.root.dataset.session = bean;
    this.fields = {};
    this.root.querySelectorAll("[data-field]").forEach(element => {
      this.fields[element.dataset.field] = element;
    });
    main.append(this.root);
    this.jitter = jitterPlot(this.figure("jitter"));
    this.phases = phasePlot(this.figure("phases"));
    this.histogram = new Histogram(this.figure("histogram"), bins);
    this.joints = null;
    this.root.querySelectorAll("[data-command]").forEach(button => {
      button.addEventListener("click", () => this.command(button.dataset.command));
    });
  }

  figure(name) {
    return this.root.querySelector(`[data-plot="${name}"]`);
  }

  text(field, text) {
    this.fields[field].textContent = text;
  }

  show(view, commands, now) {
    const { session } = view;
    this.name = session.name;
    this.text("name", session.name === this.bean ? this.bean : `${session.name} (${this.bean})`);
    this.showState(session, commands);
    this.showModel(session.policy);
    this.text("uptime", duration(view.uptimeSeconds));
    this.text("iterations", integer.format(session.stats.iterations));
    this.text("rate", `${decimal(view.rateHz, 2)} Hz`);
    this.text("target", `of ${number(session.rateHz)} Hz`);
    this.text("overruns", integer.format(session.totals.overruns));
    this.text("lateWakeups", integer.format(session.totals.lateWakeups));
    const last = view.points.at(-1);
    this.text("p50", micros(last?.p50));
    this.text("p99", `p99 ${micros(last?.p99)}`);
    this.showFailure(session);
    this.showRobot(session.robot);
    this.plotPoints(view, now);
    this.histogram.draw(view.histogram);
  }

  showState(session, commands) {
    const state = session.stalled ? "STALLED" : session.state;
    this.fields.state.dataset.state = state;
    this.text("state", state.toLowerCase());
    this.root.querySelector(".commands").hidden = !commands;
    // Stop is always enabled: it also cancels a pending restart.
    this.root.querySelector(".start").disabled = ["STARTING", "RUNNING", "STOPPING", "STUCK"].includes(session.state);
  }

  // The file of each model and the begin of its hash, with all details of the policy as a tooltip.
  showModel(policy) {
    const models = Object.entries(policy).filter(([name]) => /(^|\.)model$/.test(name)).map(([name, path]) => {
      const hash = policy[name.replace(/model$/, "sha256")];
      const file = path.split(/[\\/]/).at(-1);
      return hash === undefined ? file : `${file} (SHA-256 ${hash.slice(0, 8)}…)`;
    });
    this.text("model", models.length === 0 ? "" : `Model ${models.join(", ")}`);
    this.fields.model.hidden = models.length === 0;
    this.fields.model.title = Object.entries(policy).map(([name, value]) => `${name}: ${value}`).join("\n");
  }

  showFailure(session) {
    const { failure, restart, recent } = session;
    const panel = this.root.querySelector('[data-panel="failure"]');
    panel.hidden = failure === null;
    if (failure === null) {
      return;
    }
    this.text("failure", `In ${failure.phase} of iteration ${integer.format(failure.iteration)}: ${failure.exception}`);
    this.text("restart", restart === null || restart.startsInSeconds === null ? ""
      : `Restarts in ${decimal(restart.startsInSeconds, 1)} s, attempt ${restart.attempts} of ${restart.maxAttempts}.`);
    const key = `${failure.iteration} ${failure.exception} ${session.totals.failures}`;
    if (key === this.shownFailure) {
      return;
    }
    this.shownFailure = key;
    const rows = (recent ?? []).slice().reverse().map(iteration => row([
      integer.format(iteration.number),
      decimal(iteration.startSeconds * 1000, 3),
      decimal(iteration.latenessSeconds * 1000, 3),
      decimal(iteration.observeSeconds * 1000, 3),
      decimal(iteration.policySeconds * 1000, 3),
      decimal(iteration.actSeconds * 1000, 3),
      [iteration.cause, iteration.stale ? "stale" : null].filter(Boolean).join(", "),
    ]));
    this.fields.recent.tBodies[0].replaceChildren(...rows);
  }

  // A figure of joints is an object with one value per joint. All others are figures of the whole robot.
  showRobot(robot) {
    const entries = Object.entries(robot);
    this.root.querySelector('[data-panel="robot"]').hidden = entries.length === 0;
    const whole = entries.filter(([, value]) => typeof value !== "object");
    const byJoint = entries.filter(([, value]) => typeof value === "object");
    // Limits number the joints and an arm names them: each way has a head row of its own.
    let joints = "";
    const rows = byJoint.flatMap(([name, values]) => {
      const head = Object.keys(values);
      const isNew = joints !== head.join();
      joints = head.join();
      return [...(isNew ? [row(["joint", ...head], "th")] : []), row([name, ...Object.values(values).map(number)])];
    });
    this.fields.joints.hidden = rows.length === 0;
    this.fields.joints.tBodies[0].replaceChildren(...rows);
    this.fields.figures.replaceChildren(...whole.map(([name, value]) => {
      const item = document.createElement("div");
      const term = document.createElement("dt");
      const figure = document.createElement("dd");
      term.textContent = name;
      figure.textContent = number(value);
      item.append(term, figure);
      return item;
    }));
  }

  plotPoints(view, now) {
    for (const point of view.points) {
      // A logarithmic scale has no zero.
      this.jitter.add(point.time, [point.p50, point.p99].map(value => (value === null ? null : Math.max(value, 0.01))));
      this.phases.add(point.time, sums([point.observe, point.policy, point.act]));
      this.addJoints(point, view.joints);
    }
    this.plots().forEach(plot => plot.draw(now));
  }

  plots() {
    return [this.jitter, this.phases, this.joints].filter(plot => plot !== null);
  }

  addJoints(point, names) {
    const count = point.positions.length;
    if (this.joints === null) {
      if (count === 0) {
        return;
      }
      const figure = this.figure("joints");
      figure.hidden = false;
      this.jointCount = count;
      this.joints = jointPlot(figure, names.length === count ? names : point.positions.map((_, i) => String(i)));
      this.joints.resize();
    }
    const values = all => Array.from({ length: this.jointCount }, (_, i) => all[i] ?? null);
    this.joints.add(point.time, [...values(point.positions), ...values(point.goals)]);
  }

  async command(command) {
    if (command === "START" && !(await isConfirmed(this.name))) {
      return;
    }
    this.message("");
    try {
      const response = await fetch(`commands/${command}/${encodeURIComponent(this.bean)}`, { method: "POST" });
      if (!response.ok) {
        const body = await response.json().catch(() => ({})); // a proxy may answer without JSON
        const why = body.message ?? body.failure?.exception ?? (body.state ? `the session is ${body.state}` : "");
        this.message(`${command} was refused: ${response.status} ${why || response.statusText}`);
      }
    } catch (error) {
      this.message(`${command} did not reach the session: ${error.message}`);
    }
  }

  message(text) {
    this.text("message", text);
    this.fields.message.hidden = text === "";
  }

  // Removes all figures: they are not known any more.
  clear() {
    for (const field of ["uptime", "iterations", "rate", "overruns", "lateWakeups", "p50"]) {
      this.text(field, "–");
    }
    this.text("target", "");
    this.text("p99", "");
    this.showModel({});
    this.fields.state.dataset.state = "unknown";
    this.text("state", "unknown");
    this.fields.joints.tBodies[0].replaceChildren();
    this.fields.figures.replaceChildren();
    this.root.querySelector('[data-panel="failure"]').hidden = true;
    this.root.querySelector(".start").disabled = true;
    this.histogram.clear();
    this.plots().forEach(plot => plot.clear());
    this.shownFailure = null;
  }

  destroy() {
    this.plots().forEach(plot => plot.destroy());
    this.root.remove();
  }
}

function row(cells, kind = "td") {
  const element = document.createElement("tr");
  element.append(...cells.map(cell => {
    const item = document.createElement(kind);
    item.textContent = cell;
    return item;
  }));
  return element;
}

function sums(values) {
  let sum = 0;
  return values.map(value => (value === null ? null : (sum += value)));
}

function isConfirmed(name) {
  dialog.querySelector("[data-field=name]").textContent = name;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise(resolve => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "start"), { once: true });
  });
}

// ---- the connection

let source = null;
let isFirst = true;
let lastFrame = 0;
let leastDelay = Infinity;

function connect() {
  source?.close();
  source = new EventSource("live");
  source.onopen = () => {
    isFirst = true;
  };
  source.onmessage = event => show(JSON.parse(event.data));
  source.onerror = () => {
    lose();
    if (source.readyState === EventSource.CLOSED) {
      // Refused by a server that has too many viewers or is starting: try again.
      setTimeout(connect, RETRY_MS);
    }
  };
}

function show(frame) {
  const now = Date.now();
  if (isFirst) {
    // The first frame holds all data, perhaps of another application.
    isFirst = false;
    leastDelay = Infinity;
    views.forEach(view => view.destroy());
    views.clear();
  }
  // The clocks of the two machines may differ. So a frame is old if it took longer than the fastest frame.
  leastDelay = Math.min(leastDelay, now - frame.time);
  if (now - frame.time - leastDelay > SILENCE_MS) {
    lose();
    return;
  }
  lastFrame = now;
  setConnection("live", "live");
  for (const [bean, view] of Object.entries(frame.sessions)) {
    if (!views.has(bean)) {
      views.set(bean, new SessionView(bean, frame.bins));
    }
    views.get(bean).show(view, frame.commands, frame.time);
  }
  views.forEach((view, bean) => {
    if (!(bean in frame.sessions)) {
      view.clear();
    }
  });
}

function setConnection(state, text) {
  if (connection.dataset.state !== state) {
    connection.dataset.state = state;
    connection.textContent = text;
    document.body.classList.toggle("lost", state === "lost");
  }
}

function lose() {
  if (connection.dataset.state !== "lost") {
    const since = lastFrame === 0 ? "" : ` since ${new Date(lastFrame).toLocaleTimeString([], { hour12: false })}`;
    setConnection("lost", `connection lost${since}`);
    views.forEach(view => view.clear());
  }
}

// A dead connection does not always raise an error.
setInterval(() => {
  if (connection.dataset.state === "live" && Date.now() - lastFrame > SILENCE_MS) {
    lose();
    connect();
  }
}, 500);

connect();
