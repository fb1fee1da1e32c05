// The live page. It shows the frames of "live", five per second. The first frame of a connection holds the last two
// minutes. The page never shows stale figures: without a new frame for two seconds it removes all figures until the
// next one arrives. All URLs are relative, so that the page works below any path and behind any proxy.

import { clock } from "./format.js";
import { SessionView } from "./session.js";

const SILENCE_MS = 2000;
const SLOW_COMMAND_MS = 3000;
const BUSY_MS = 300;
const RETRY_MS = 2000;

// Plots that move five times a second are motion, too.
const LEAST_MS_BETWEEN_FRAMES = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 0;

const element = id => document.getElementById(id);
const connection = element("connection");
const overview = element("overview");
const dialog = element("confirm");
const stopAll = document.querySelector(".stop-all");
const views = new Map();
let acceptsCommands = false;

// ---- commands

// Spring Security puts its token into this cookie, if the application uses its recipe for browsers.
function csrfHeaders() {
  const token = document.cookie.split("; ").find(cookie => cookie.startsWith("XSRF-TOKEN="));
  return token === undefined ? {} : { "X-XSRF-TOKEN": decodeURIComponent(token.slice("XSRF-TOKEN=".length)) };
}

function say(text) {
  element("message").textContent = text;
  element("message").hidden = text === "";
}

// A browser has six connections to a server without HTTP/2. Each page holds one of them, and each START until the robot
// has reset. A STOP must not wait for them: all pages of this browser let go of theirs, then they connect again.
const pages = new BroadcastChannel("rfx-session");
let waitingStarts = new AbortController();

function makeWay() {
  waitingStarts.abort();
  waitingStarts = new AbortController();
  isResumed = connection.dataset.state === "live";
  connect();
}

pages.onmessage = makeWay;

async function send(command, view) {
  const path = view === null ? command : `${command}/${encodeURIComponent(view.bean)}`;
  const what = view === null ? `${command} of all sessions` : `${command} of ${view.bean}`;
  const signal = command === "START" ? waitingStarts.signal : null;
  const busy = command !== "STOP" ? 0 : setTimeout(() => {
    pages.postMessage(command);
    makeWay();
  }, BUSY_MS);
  const slow = setTimeout(() => say(`${what} is not answered yet. If the robot must stop and moves, cut its power.`), SLOW_COMMAND_MS);
  say("");
  try {
    const response = await fetch(`commands/${path}`, { method: "POST", headers: csrfHeaders(), signal });
    const body = response.ok ? {} : await response.json().catch(() => ({})); // a proxy may answer without JSON
    say(response.ok ? "" : `${what} was refused: ${response.status} ${reasons(body).join("; ") || response.statusText}`);
  } catch (error) {
    if (!signal?.aborted) { // else the frames show what becomes of the start
      say(`${what} did not reach the application: ${error.message}. If the robot moves, cut its power.`);
    }
  } finally {
    clearTimeout(busy);
    clearTimeout(slow);
  }
}

function reasons(body) {
  if (body.sessions) {
    return Object.entries(body.sessions).flatMap(([name, answer]) => reasons(answer).map(reason => `${name}: ${reason}`));
  }
  const reason = body.message ?? body.failure?.exception ?? (["STUCK", "FAILED"].includes(body.state) ? `the session is ${body.state}` : null);
  return reason === null ? [] : [reason];
}

async function command(name, view) {
  if (name !== "START" || await isConfirmed(view.bean)) {
    await send(name, view);
  }
}

function isConfirmed(name) {
  dialog.querySelector("[data-field=name]").textContent = name;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise(resolve => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "start"), { once: true });
  });
}

function stopEverything() {
  dialog.close("cancel");
  send("STOP", null);
}

// The dialog has one, too: nothing else can be clicked while it asks.
document.querySelectorAll("[data-stop-all]").forEach(button => button.addEventListener("click", stopEverything));

// The space bar stops wherever the focus is: an operator in a hurry does not look for it. Enter presses a button.
function stopBySpace(event) {
  if ((event.code !== "Space" && event.key !== " ") || !acceptsCommands) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (event.type === "keydown" && !event.repeat) {
    stopEverything();
  }
}

addEventListener("keydown", stopBySpace, { capture: true });
addEventListener("keyup", stopBySpace, { capture: true }); // a focused button would be pressed by it

// ---- one session, or all of them

function openOnes() {
  const wanted = [...views.keys()].find(bean => views.size === 1 || `#${encodeURIComponent(bean)}` === location.hash);
  const isOverview = wanted === undefined;
  views.forEach((view, bean) => {
    view.root.classList.toggle("only", views.size === 1);
    if (bean === wanted) {
      view.open();
    } else {
      view.close();
    }
  });
  overview.hidden = !isOverview || views.size === 0;
  element("back").hidden = isOverview || views.size < 2;
}

function showOrder() {
  const sorted = [...views.values()].sort((a, b) => a.rank - b.rank || a.bean.localeCompare(b.bean)).map(view => view.card);
  const list = overview.querySelector(".cards");
  if (sorted.some((card, i) => list.children[i] !== card)) {
    const focused = document.activeElement;
    list.replaceChildren(...sorted);
    if (list.contains(focused)) {
      focused.focus();
    }
  }
  const worst = [...views.values()].sort((a, b) => a.rank - b.rank)[0];
  document.title = worst === undefined ? "rfx-session" : `${worst.condition.toLowerCase()} · ${worst.bean}`;
}

addEventListener("hashchange", () => {
  openOnes();
  scrollTo(0, 0);
});

// ---- the connection

let source = null;
let isFirst = true;
let isResumed = false;
let lastFrame = 0;
let leastDelay = Infinity;
let waiting = null;

function connect() {
  source?.close();
  source = new EventSource("live");
  source.onopen = () => {
    isFirst = true;
  };
  source.onmessage = event => receive(JSON.parse(event.data));
  source.onerror = () => {
    lose();
    if (source.readyState === EventSource.CLOSED) {
      // Refused by a server that has too many viewers or is starting: try again.
      setTimeout(connect, RETRY_MS);
    }
  };
}

// Collects the points of frames that are not shown.
function receive(frame) {
  if (waiting !== null && !isFirst) {
    for (const [bean, view] of Object.entries(frame.sessions)) {
      view.points.unshift(...(waiting.sessions[bean]?.points ?? []));
    }
  }
  if (!isFirst && Date.now() - lastFrame < LEAST_MS_BETWEEN_FRAMES) {
    waiting = frame;
    return;
  }
  waiting = null;
  show(frame);
}

function show(frame) {
  const now = Date.now();
  if (isFirst) {
    // The first frame holds all data, after a loss of the connection perhaps of another application.
    isFirst = false;
    leastDelay = Infinity;
    if (isResumed) {
      Object.entries(frame.sessions).forEach(([bean, view]) => {
        const last = views.get(bean)?.points.at(-1)?.time ?? 0;
        view.points = view.points.filter(point => point.time > last);
      });
    } else {
      views.forEach(view => view.destroy());
      views.clear();
    }
    isResumed = false;
  }
  // The clocks of the two machines may differ. So a frame is old if it took longer than the fastest frame.
  leastDelay = Math.min(leastDelay, now - frame.time);
  if (now - frame.time - leastDelay > SILENCE_MS) {
    lose();
    connect(); // if only a clock was set, all further frames would be old, too
    return;
  }
  lastFrame = now;
  setConnection("live", "live");
  acceptsCommands = frame.commands;
  stopAll.hidden = !acceptsCommands;
  const known = views.size;
  for (const [bean, view] of Object.entries(frame.sessions)) {
    if (!views.has(bean)) {
      const added = new SessionView(bean, frame.bins, { command });
      element("sessions").append(added.root);
      views.set(bean, added);
    }
    try {
      views.get(bean).show(view, frame.commands, frame.time);
    } catch (error) {
      views.get(bean).clear(); // figures that are not renewed would look live
      console.error(error);
    }
  }
  views.forEach((view, bean) => {
    if (!(bean in frame.sessions)) {
      view.clear();
    }
  });
  if (known !== views.size) {
    openOnes();
  }
  showOrder();
}

function setConnection(state, text) {
  if (connection.dataset.state !== state) {
    connection.dataset.state = state;
    connection.textContent = text;
    document.body.classList.toggle("lost", state === "lost");
  }
}

function lose() {
  isResumed = false;
  if (connection.dataset.state !== "lost") {
    const since = lastFrame === 0 ? "" : ` since ${clock(lastFrame)}`;
    setConnection("lost", `connection lost${since}`);
    dialog.close("cancel");
    views.forEach(view => view.clear());
    document.title = "connection lost";
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
