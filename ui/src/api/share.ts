/** Links that show one run: their secrets by run, for this tab alone. */
const KEY = "share:";

/** Looks at a run through a link from now on, in this tab. */
export function lookThrough(run: string, secret: string): void {
  try {
    sessionStorage.setItem(KEY + run, secret);
  } catch {
    // without storage the page asks for the link again
  }
}

/** Looks at a run as oneself again. */
export function lookAsOneself(run: string): void {
  try {
    sessionStorage.removeItem(KEY + run);
  } catch {
    // there was nothing to forget
  }
}

/** The secret through which a run is looked at; none where somebody looks as themselves. */
export function shareOf(run: string | undefined): string | null {
  try {
    return run ? sessionStorage.getItem(KEY + run) : null;
  } catch {
    return null;
  }
}

/** The same for a path of the API. */
export const shareOfPath = (path: string): string | null => shareOf(/^\/runs\/([^/?]+)/.exec(path)?.[1]);
