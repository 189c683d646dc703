import { fixOf } from "@/api/ApiError";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "lost";
  fix?: string;
  undo?: () => void;
  /** A run that came of it, to be opened. */
  run?: string;
}

let toasts: Toast[] = [];
let counter = 0;
const listeners = new Set<() => void>();

function publish(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentToasts = () => toasts;

export function dismissToast(id: number): void {
  publish(toasts.filter((toast) => toast.id !== id));
}

/** Says that something happened, with a way back where there is one. Gives the id by which it can be taken away sooner. */
export function toast(text: string, more: Partial<Omit<Toast, "id" | "text">> = {}): number {
  const id = ++counter;
  publish([...toasts.slice(-3), { id, text, tone: "plain", ...more }]);
  setTimeout(() => dismissToast(id), more.undo || more.run || more.tone === "lost" ? 10_000 : 4_000);
  return id;
}

/** Says what failed and what to do next. */
export function toastError(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), { tone: "lost", fix: fixOf(error) });
}
