import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";
const listeners = new Set<() => void>();
const system = typeof matchMedia === "undefined" ? undefined : matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme {
  try {
    const text = localStorage.getItem("theme");
    return text === "light" || text === "dark" ? text : "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  const theme = stored();
  document.documentElement.dataset.theme = theme === "dark" || (theme === "system" && system?.matches) ? "dark" : "light";
  for (const listener of listeners) listener();
}
system?.addEventListener("change", apply);

export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // private windows may refuse: the choice then lasts as long as the page
  }
  apply();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What was chosen. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, stored);

/** What is shown: canvases redraw when it changes. */
export const useShownTheme = (): "light" | "dark" =>
  useSyncExternalStore(subscribe, () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light"));
