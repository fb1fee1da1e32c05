// One session: its card in the overview, and its part of the page, which has plots only while it is open.

import { count, decimal, duration, integer, micros, number } from "./format.js";
import { Histogram, JointPlot, KEPT_MS, Timeline, jitterPlot, phasePlot } from "./plots.js";

const LONGEST_PAUSE_POINTS = 5 * 60 * 30;
const NAMED_EVERY_MS = 5000;

// A state that is worse comes first in the overview.
const WORST_FIRST = ["STUCK", "STALLED", "FAILED", "unknown", "RESTARTING", "TROUBLED", "STARTING", "STOPPING", "RUNNING", "STOPPED", "NEW"];

function fieldsOf(root) {
  return Object.fromEntries([...root.querySelectorAll("[data-field]")].map(element => [element.dataset.field, element]));
}

function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function text(element, content) {
  // A screen reader announces every change of a status, even to the same text.
  if (element.textContent !== content) {
    element.textContent = content;
  }
}

// The condition of a session in one word: its state, or what makes it worse.
export function conditionOf(session) {
  if (session.state === "FAILED") {
    return session.restart?.startsInSeconds != null ? "RESTARTING" : "FAILED";
  }
  return session.stalled ? "STALLED" : session.state;
}

// What the operator does next.
function adviceFor(session, overruns) {
  const { restart, recording } = session;
  switch (conditionOf(session)) {
    case "STUCK":
      return "The control thread ignores the stop. If the robot moves, cut its power. Then restart the application.";
    case "STALLED":
      return "The loop makes no progress. Stop the session. If the robot moves, cut its power.";
    case "RESTARTING":
      return `Starts by itself in ${decimal(restart.startsInSeconds, 1)} s, attempt ${restart.attempts} of ${restart.maxAttempts}. Stop cancels this.`;
    case "FAILED":
      return "Remove the cause, then start the session again.";
    case "STARTING":
      return "The robot may move to its start pose.";
    case "STOPPING":
      return "The robot goes to its safe state.";
    case "STOPPED":
      return "The session does not run. Start it when the robot may move.";
    case "NEW":
      return "The session has not run yet. Start it when the robot may move.";
    default:
      if (recording?.problem) {
        return `Iterations are not recorded: ${recording.problem}`;
      }
      if (overruns > 0) {
        return "The loop missed its rate. The plot of the phases shows where the time goes.";
      }
      return session.engage === "ENGAGING" ? "The commands ramp to those of the policy." : "No action needed.";
  }
}

export class SessionView {
  constructor(bean, bins, actions) {
    this.bean = bean;
    this.bins = bins;
    this.points = [];
    this.isOpen = false;
    this.isKnown = false; // after the loss of the connection, the last view is no longer true
    this.plots = [];
    this.joints = [];
    this.isFitted = false;
    this.named = 0;
    this.rank = WORST_FIRST.length;
    this.card = fromTemplate("card-template");
    this.cardFields = fieldsOf(this.card);
    this.link = this.card.querySelector(".card");
    this.link.href = `#${encodeURIComponent(bean)}`;
    this.link.dataset.card = bean;
    this.root = fromTemplate("session-template");
    this.root.dataset.session = bean;
    this.root.setAttribute("aria-label", `Session ${bean}`);
    this.fields = fieldsOf(this.root);
    this.timeline = new Timeline(() => this.showTools());
    this.root.querySelectorAll("[data-command]").forEach(button => {
      button.addEventListener("click", () => actions.command(button.dataset.command, this));
    });
    this.tool("pause").addEventListener("click", () => (this.timeline.isLive ? this.timeline.freeze(this.now) : this.timeline.goLive()));
    this.tool("fit").addEventListener("click", () => this.fit(!this.isFitted));
  }

  tool(name) {
    return this.root.querySelector(`[data-tool="${name}"]`);
  }

  button(command) {
    return this.root.querySelector(`[data-command="${command}"]`);
  }

  panel(name) {
    return this.root.querySelector(`[data-panel="${name}"]`);
  }

  figure(name) {
    return this.root.querySelector(`[data-plot="${name}"]`);
  }

  // ---- open and closed

  open() {
    if (this.isOpen) {
      return;
    }
    this.isOpen = true;
    this.named = 0;
    this.root.hidden = false;
    this.histogram = new Histogram(this.figure("histogram"), this.bins);
    this.plots = [jitterPlot(this.figure("jitter"), this.timeline), phasePlot(this.figure("phases"), this.timeline)];
    if (this.isKnown) {
      this.showDetails();
    }
  }

  close() {
    this.isOpen = false;
    this.root.hidden = true;
    [...this.plots, ...this.joints].forEach(plot => plot.destroy());
    this.plots = [];
    this.joints = [];
    this.panel("joints").replaceChildren();
    this.timeline.goLive();
  }

  fit(isFitted) {
    this.isFitted = isFitted;
    this.tool("fit").setAttribute("aria-pressed", String(isFitted));
    this.joints.forEach(plot => {
      plot.isFitted = isFitted;
    });
    this.draw();
  }

  showTools() {
    const pause = this.tool("pause");
    pause.setAttribute("aria-pressed", String(!this.timeline.isLive));
    text(pause, this.timeline.isLive ? "Pause plots" : "Back to live");
    this.draw();
  }

  // ---- a frame

  show(view, commands, now) {
    this.view = view;
    this.isKnown = true;
    this.now = now;
    this.points.push(...view.points);
    this.forget();
    this.showCard();
    this.root.querySelector(".commands").hidden = !commands;
    if (this.isOpen) {
      this.showDetails();
    }
  }

  forget() {
    const oldest = this.timeline.isLive
      ? this.points.findIndex(point => point.time >= this.now - KEPT_MS)
      : this.points.length - LONGEST_PAUSE_POINTS;
    if (oldest > 0) {
      this.points.splice(0, oldest);
    }
  }

  get title() {
    const { name } = this.view.session;
    return name === this.bean ? name : `${name} (${this.bean})`;
  }

  showCard() {
    const { session, rateHz } = this.view;
    const condition = conditionOf(session);
    const recent = this.points.reduce((sum, point) => sum + point.overruns, 0);
    this.advice = adviceFor(session, recent);
    const isTroubled = condition === "RUNNING" && (recent > 0 || session.recording?.problem != null);
    this.condition = condition;
    this.rank = WORST_FIRST.indexOf(isTroubled ? "TROUBLED" : condition);
    this.showState(this.cardFields.state, condition);
    this.link.dataset.state = isTroubled ? "TROUBLED" : condition;
    text(this.cardFields.name, this.title);
    this.cardFields.failure.hidden = session.failure === null;
    text(this.cardFields.failure, session.failure === null ? "" : this.failureText());
    text(this.cardFields.advice, this.advice);
    text(this.cardFields.rate, `${decimal(rateHz, 1)} of ${number(session.rateHz)} Hz`);
    text(this.cardFields.p99, `p99 ${micros(this.points.at(-1)?.p99)}`);
    text(this.cardFields.overruns, `${count(recent, "overrun")} in 2 min`);
  }

  showState(badge, condition) {
    badge.dataset.state = condition;
    text(badge, condition.toLowerCase());
  }

  showDetails() {
    const { view } = this;
    const { session } = view;
    const last = this.points.at(-1);
    this.showState(this.fields.state, this.condition);
    text(this.fields.name, this.title);
    text(this.fields.advice, this.advice);
    // Stop is always enabled: it also cancels a pending restart.
    this.button("START").disabled = ["STARTING", "RUNNING", "STOPPING", "STUCK"].includes(session.state);
    this.showRecording();
    this.showPolicy(session.policy);
    text(this.fields.uptime, duration(view.uptimeSeconds));
    text(this.fields.iterations, integer(session.stats.iterations));
    text(this.fields.rate, `${decimal(view.rateHz, 2)} Hz`);
    text(this.fields.target, `of ${number(session.rateHz)} Hz`);
    text(this.fields.overruns, integer(session.totals.overruns));
    text(this.fields.lateWakeups, integer(session.totals.lateWakeups));
    text(this.fields.p50, micros(last?.p50));
    text(this.fields.p99, `p99 ${micros(last?.p99)}`);
    this.showFailure();
    this.showRobot(session.robot);
    this.histogram.draw(view.histogram);
    this.addJoints();
    this.draw();
  }

  draw() {
    if (this.isOpen && this.view) {
      [...this.plots, ...this.joints].forEach(plot => plot.draw(this.points, this.now));
      this.namePlots();
    }
  }

  // What a plot shows, for a screen reader. It would read a name that changes all the time over and over.
  namePlots() {
    if (this.now - this.named < NAMED_EVERY_MS) {
      return;
    }
    this.named = this.now;
    const last = this.points.at(-1);
    const sum = mark => this.points.reduce((all, point) => all + point[mark], 0);
    const [jitter, phases] = this.plots;
    jitter.name(`Jitter: p50 ${micros(last?.p50)}, p99 ${micros(last?.p99)}. In two minutes: `
      + ["overruns", "clamps", "failures"].map(mark => `${integer(sum(mark))} ${mark}`).join(", "));
    phases.name(`Duration of each phase: observe ${micros(last?.observe)}, policy ${micros(last?.policy)}, act ${micros(last?.act)}`);
    this.joints.forEach(joint => joint.describe(last));
  }

  // One plot per joint, once it is known how many there are.
  addJoints() {
    const last = this.joints.length === 0 ? this.points.findLast(point => point.positions.length > 0) : undefined;
    if (last === undefined) {
      return;
    }
    const { length } = last.positions;
    const { joints: names, min, max } = this.view;
    const of = (limits, i) => (limits.length === 1 ? limits[0] : limits[i] ?? null);
    const panel = this.panel("joints");
    panel.hidden = false;
    this.named = 0;
    this.joints = last.positions.map((_, i) => {
      const figure = fromTemplate("joint-template");
      panel.append(figure);
      const plot = new JointPlot(figure, this.timeline, i, names.length === length ? names[i] : String(i), [of(min, i), of(max, i)]);
      plot.isFitted = this.isFitted;
      return plot;
    });
  }

  // ---- the parts of a session

  showRecording() {
    const { session, savableSeconds } = this.view;
    const { recording } = session;
    const save = this.button("SAVE_RECORDING");
    save.hidden = savableSeconds === null;
    if (savableSeconds !== null) {
      text(save, `Save last ${number(savableSeconds)} s`);
      save.disabled = recording === null || recording.state === "IDLE";
    }
    const isShown = recording !== null && recording.file !== null;
    this.fields.recording.hidden = !isShown;
    text(this.fields.recording, isShown ? `${recording.state === "WRITING" ? "Records into" : "Last recording:"} ${recording.file}` : "");
  }

  // The file of each model and the begin of its hash, and on demand all details of the policy.
  showPolicy(policy) {
    const models = Object.entries(policy).filter(([name]) => /(^|\.)model$/.test(name)).map(([name, path]) => {
      const hash = policy[name.replace(/model$/, "sha256")];
      const file = path.split(/[\\/]/).at(-1);
      return hash === undefined ? file : `${file} (SHA-256 ${hash.slice(0, 8)}…)`;
    });
    this.fields.policy.hidden = Object.keys(policy).length === 0;
    text(this.fields.model, models.length === 0 ? "Policy" : `Model ${models.join(", ")}`);
    this.showFigures(this.fields.policyDetails, Object.entries(policy));
  }

  failureText() {
    const { failure } = this.view.session;
    return `In ${failure.phase} of iteration ${integer(failure.iteration)}: ${failure.exception}`;
  }

  showFailure() {
    const { failure, recent, totals } = this.view.session;
    this.panel("recent").hidden = failure === null;
    this.fields.failure.hidden = failure === null;
    text(this.fields.failure, failure === null ? "" : this.failureText());
    const key = failure === null ? null : `${failure.iteration} ${failure.exception} ${totals.failures}`;
    if (key === this.shownFailure) {
      return;
    }
    this.shownFailure = key;
    const rows = (recent ?? []).slice().reverse().map(iteration => row([
      integer(iteration.number),
      ...["start", "lateness", "observe", "policy", "act"].map(time => decimal(iteration[`${time}Seconds`] * 1000, 3)),
      [iteration.cause, iteration.stale ? "stale" : null].filter(Boolean).join(", "),
    ]));
    this.fields.recent.tBodies[0].replaceChildren(...rows);
  }

  // A figure of joints is an object with one value per joint. All others are figures of the whole robot.
  showRobot(robot) {
    const entries = Object.entries(robot);
    this.panel("robot").hidden = entries.length === 0;
    // Limits number the joints, and an arm names them.
    const nameOf = joint => this.view.joints[joint] ?? joint;
    const byJoint = entries
      .filter(([, value]) => typeof value === "object")
      .map(([name, values]) => [name, Object.fromEntries(Object.entries(values).map(([joint, value]) => [nameOf(joint), value]))]);
    const joints = [...new Set(byJoint.flatMap(([, values]) => Object.keys(values)))];
    const rows = joints.map(joint => row([joint, ...byJoint.map(([, values]) => (joint in values ? number(values[joint]) : ""))]));
    this.fields.joints.hidden = rows.length === 0;
    this.fields.joints.tBodies[0].replaceChildren(row(["joint", ...byJoint.map(([name]) => name)], "th"), ...rows);
    this.showFigures(this.fields.figures, entries.filter(([, value]) => typeof value !== "object").map(([name, value]) => [name, number(value)]));
  }

  // Keeps what has not changed, so that a text can be selected.
  showFigures(list, entries) {
    const key = JSON.stringify(entries);
    if (list.dataset.shown === key) {
      return;
    }
    list.dataset.shown = key;
    list.replaceChildren(...entries.map(([name, value]) => {
      const item = document.createElement("div");
      const term = document.createElement("dt");
      const figure = document.createElement("dd");
      term.textContent = name;
      figure.textContent = value;
      item.append(term, figure);
      return item;
    }));
  }

  // Removes all figures: they are not known any more.
  clear() {
    this.isKnown = false;
    this.condition = "unknown";
    this.rank = WORST_FIRST.indexOf("unknown");
    this.link.dataset.state = "unknown";
    for (const badge of [this.cardFields.state, this.fields.state]) {
      this.showState(badge, "unknown");
    }
    for (const field of ["uptime", "iterations", "rate", "overruns", "lateWakeups", "p50"]) {
      text(this.fields[field], "–");
    }
    for (const advice of [this.fields.advice, this.cardFields.advice]) {
      text(advice, "The robot may move. If it must stop, and a stop does not reach it, cut its power.");
    }
    for (const element of [this.fields.target, this.fields.p99, this.fields.failure, this.cardFields.rate, this.cardFields.p99,
      this.cardFields.overruns]) {
      text(element, "");
    }
    text(this.fields.name, this.view ? this.title : this.bean);
    text(this.cardFields.name, this.view ? this.title : this.bean);
    for (const element of [this.fields.policy, this.fields.recording, this.fields.failure, this.cardFields.failure, this.panel("recent"), this.panel("robot")]) {
      element.hidden = true;
    }
    this.button("START").disabled = true;
    this.shownFailure = null;
    this.points = [];
    this.named = 0; // the names of the plots have figures, too
    if (this.isOpen) {
      this.histogram.clear();
      this.draw();
    }
  }

  destroy() {
    this.close();
    this.card.remove();
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
