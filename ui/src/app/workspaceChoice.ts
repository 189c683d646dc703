import type { Session } from "@/api/types";

const KEY = "workspace";

/** The workspace that was looked at last, or the first one there is. */
export function preferredWorkspace(session: Session): string | undefined {
  let last: string | null = null;
  try {
    last = localStorage.getItem(KEY);
  } catch {
    last = null;
  }
  return session.workspaces.find((one) => one.id === last)?.id ?? session.workspaces[0]?.id;
}

export function rememberWorkspace(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // nothing is lost but the convenience
  }
}
