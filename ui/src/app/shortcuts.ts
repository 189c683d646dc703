/** The keys of every page, as the sheet behind `?` shows them. */
export const SHORTCUTS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ["Everywhere", [["Ctrl K", "commands"], ["?", "this sheet"], ["/", "filter"], ["g r", "runs"], ["g n", "new run"], ["t", "theme"]]],
  ["Lineage", [["b", "the best prompt"], ["f", "fit"], ["+ −", "zoom"]]],
  ["Lineage, with the plate in focus (b or a click puts it there)", [["← →", "parent, first child"], ["↑ ↓", "sibling above, below"], ["Enter", "open the side panel"], ["Space", "fold, unfold"], ["Esc", "close the panel"]]],
  ["Run", [["1 … 6", "tabs"], ["p", "pause, resume"]]],
];

/** Whether a key press belongs to a control that takes text. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
