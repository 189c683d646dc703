import { categories } from "@/lineage/colours";

/** A line for each run: a colour and a dash, so that no two are told apart by colour alone. */
export const STROKES = ["none", "7 3", "2 3", "9 3 2 3", "4 2"];
const names = ["0", "1", "2", "3", "4", "5", "6", "7"];
export const hue = (at: number): string => categories(names, document.documentElement.dataset.theme === "dark" ? "dark" : "light").get(String(at % 8))?.colour ?? "currentColor";
