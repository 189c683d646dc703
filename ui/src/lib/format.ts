/** Numbers and times as the interface writes them. */

const MINUS = "\u2212";

/** A score with two decimals; `–` where there is none. */
export function score(value: number | null | undefined, decimals = 2): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : value.toFixed(decimals).replace("-", MINUS);
}

/** A difference with its sign. */
export function signed(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const text = Math.abs(value).toFixed(decimals);
  if (Number(text) === 0) return text;
  return (value < 0 ? MINUS : "+") + text;
}

/** The interval round a value: `± 0.04`, or its ends where it reaches further to one side. */
export function interval(value: number, low: number, high: number): string {
  const lopsided = Math.abs(high - value - (value - low)) > 0.015;
  return lopsided ? `(${score(low)}–${score(high)})` : `± ${((high - low) / 2).toFixed(2)}`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en-US");
}

/** US dollars: two decimals from a dollar on, more below. */
export function usd(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const decimals = size === 0 || size >= 1 ? 2 : size >= 0.01 ? 3 : size >= 0.0001 ? 5 : 7;
  return `$${value.toFixed(decimals)}`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** How long ago, in words; the exact moment belongs into `title`. */
export function ago(at: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - at) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(at).toISOString().slice(0, 10);
}

export function moment(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19) + " UTC";
}

/** The time of day where the reader is. */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}

export function pValue(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** The candidate's name in its run: `c12` of `7kq2m9ap@c12`. */
export function candidateOf(node: string): string {
  const at = node.indexOf("@");
  return at < 0 ? node : node.slice(at + 1);
}

export function runOf(node: string): string {
  const at = node.indexOf("@");
  return at < 0 ? "" : node.slice(0, at);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
