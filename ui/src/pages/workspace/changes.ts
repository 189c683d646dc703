export interface Change {
  /** The field; empty where the whole is one value. */
  name: string;
  before?: string;
  after?: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const there = (value: unknown) => value !== undefined && value !== null;
const MOST = 400;
const words = (value: unknown) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
};

/** What differs between two states of something, field by field and into fields of fields; what stayed as it was is left out. */
export function changes(before: unknown, after: unknown, name = ""): Change[] {
  if (isRecord(before) || isRecord(after)) {
    const [old, fresh] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
    const fields = new Set([...Object.keys(old), ...Object.keys(fresh)]);
    return [...fields].flatMap((field) => changes(old[field], fresh[field], name ? `${name}.${field}` : field));
  }
  const stayed = JSON.stringify(before) === JSON.stringify(after) || (!there(before) && !there(after));
  return stayed ? [] : [change(name, before, after)];
}

const change = (name: string, before: unknown, after: unknown): Change => ({ name, ...(there(before) ? { before: words(before) } : {}), ...(there(after) ? { after: words(after) } : {}) });
