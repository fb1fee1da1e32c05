// Figures as texts.

const integers = new Intl.NumberFormat("en");

export function integer(value) {
  return integers.format(value);
}

export function decimal(value, digits) {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function micros(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  return value >= 1000 ? `${decimal(value / 1000, 2)} ms` : `${decimal(value, value < 10 ? 2 : 0)} µs`;
}

// For an axis: as short as it gets.
export function shortMicros(value) {
  const isLong = value >= 1000;
  return `${Number((isLong ? value / 1000 : value).toPrecision(3))} ${isLong ? "ms" : "µs"}`;
}

export function duration(seconds) {
  const whole = Math.floor(seconds);
  const two = number => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

// JSON has no number for infinity: it is the text "Infinity", or null.
export function number(value) {
  if (typeof value !== "number") {
    return value ?? "–";
  }
  return Number.isInteger(value) ? integer(value) : decimal(value, 3);
}

export function position(value) {
  return typeof value === "number" ? decimal(value, 3) : value ?? "–";
}

export function count(value, noun) {
  return `${integer(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function clock(millis) {
  return new Date(millis).toLocaleTimeString([], { hour12: false });
}
