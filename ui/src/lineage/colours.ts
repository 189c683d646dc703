/** The fitness scale and the categorical colours of the plate. The accent is never part of a scale. */

// cividis: Nunez, Anderton, Renslow, PLoS ONE 13(7) 2018, e0199239; eleven stops of its published table
const CIVIDIS: readonly (readonly [number, number, number])[] = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120],
  [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56], [254, 232, 56],
];
const STOPS = 9;

/** On light paper the scale ends earlier, so that its high end keeps its contrast; on dark paper it begins later. */
const CUT = { light: [0, 0.86], dark: [0.24, 1] } as const;

export function cividis(share: number, theme: "light" | "dark"): string {
  const [from, to] = CUT[theme];
  const at = (from + Math.max(0, Math.min(1, share)) * (to - from)) * STOPS;
  const low = Math.floor(at);
  const part = at - low;
  const a = CIVIDIS[low] ?? [0, 34, 78];
  const b = CIVIDIS[low + 1] ?? a;
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * part);
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}

// Okabe and Ito's set without its green, which is the accent's neighbour: seven that are told apart by every kind of eye
const CATEGORIES = {
  light: ["#0072B2", "#C05A00", "#A8477F", "#8C7500", "#2A2A2A", "#5D9BC9", "#7A4B2A"],
  dark: ["#56B4E9", "#E69F00", "#CC79A7", "#F0E442", "#E8E8E8", "#2E7FB8", "#B07A4A"],
} as const;

/** How a word is drawn: its colour, and the number of its shape, so that no two are told apart by colour alone. */
export interface Sign {
  colour: string;
  shape: number;
}

/** A colour and a shape for each word, by its place in the sorted list. Seven colours and eight shapes: the first 56 words have signs of their own. */
export function categories(words: Iterable<string>, theme: "light" | "dark"): Map<string, Sign> {
  const palette = CATEGORIES[theme];
  return new Map([...new Set(words)].sort().map((word, at) => [word, { colour: palette[at % palette.length] ?? palette[0], shape: at % 8 }]));
}
