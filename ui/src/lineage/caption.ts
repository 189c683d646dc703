import { score } from "@/lib/format";
import type { Colouring } from "./colouring";
import { cividis } from "./colours";
import { hasFinalists, type Scene } from "./scene";
import { diamondPoints, shapePoints, starPoints } from "./shapes";
import type { PlateStyle } from "./style";

/** Room above the plate for its title, in pixels. */
export const HEAD = 46;
const LINE = 20;
const LEFT = 20;

export const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The title over a plate. */
export const heading = (title: string, style: PlateStyle) =>
  `<text x="${LEFT}" y="28" font-family="Georgia, serif" font-size="18" fill="${style.ink}"><tspan font-style="italic">Plate.</tspan> ${escape(title)}</text>`;

interface Item {
  text: string;
  /** Draws the sign of 22 by 14 pixels whose upper left corner is 0,0. */
  sign: (style: PlateStyle) => string;
}

/** What a legend says: lines and shapes first, then what colours mean. */
function items(scene: Scene, colours: Colouring): Item[] {
  const points = (list: [number, number][]) => list.map((point) => point.map((at) => at.toFixed(1)).join(",")).join(" ");
  const line = (text: string, of: (style: PlateStyle) => string): Item => ({ text, sign: (style) => `<path d="M0 7H22" fill="none" ${of(style)}/>` });
  const found: Item[] = [
    line("line of descent", (style) => `stroke="${style.accent}" stroke-width="4"`),
    line("mutated from", (style) => `stroke="${style.edge}"`),
  ];
  if (scene.extra.length || scene.relation.includes(2)) found.push({ text: "derived from", sign: (style) => `<path d="M0 5.5H22M0 8.5H22" stroke="${style.edge}"/>` });
  if (scene.relation.includes(3)) found.push(line("branch of", (style) => `stroke="${style.edge}" stroke-dasharray="4 3"`));
  found.push(
    { text: "seed", sign: (style) => `<polygon points="${points(diamondPoints(14, 7, 6))}" fill="none" stroke="${style.edge}" stroke-width="1.6"/>` },
    { text: "best", sign: (style) => `<polygon points="${points(starPoints(14, 7, 7))}" fill="${style.accent}"/>` },
    { text: "rejected", sign: (style) => `<path d="M11 4l6 6m0-6l-6 6" stroke="${style.muted}" stroke-width="1.2"/>` },
  );
  const { range, theme, words } = colours;
  if (range && hasFinalists(scene)) found.push({ text: "finalist", sign: (style) => `<circle cx="14" cy="7" r="6.2" fill="none" stroke="${style.ink}"/><circle cx="14" cy="7" r="3.6" fill="${style.muted}"/>` });
  if (range) {
    const steps = Array.from({ length: 22 }, (_, at) => `<rect x="${at}" y="3" width="1.2" height="8" fill="${cividis(at / 21, theme)}"/>`).join("");
    found.push({ text: `score ${score(range[0])} to ${score(range[1])}`, sign: () => steps });
  }
  for (const [word, { colour, shape }] of words ?? []) {
    const corners = shapePoints(shape, 14, 7, 5);
    found.push({ text: word, sign: () => (corners.length ? `<polygon points="${points(corners)}" fill="${colour}"/>` : `<circle cx="14" cy="7" r="5" fill="${colour}"/>`) });
  }
  return found;
}

/** Where each item stands, line by line; a letter is taken to be 6 pixels wide. */
function placed(scene: Scene, colours: Colouring, width: number): { all: (Item & { x: number; y: number })[]; lines: number } {
  let x = LEFT, y = 0;
  const all = items(scene, colours).map((item) => {
    const long = 28 + item.text.length * 6 + 18;
    if (x > LEFT && x + long > width - LEFT) {
      x = LEFT;
      y += LINE;
    }
    const place = { ...item, x, y };
    x += long;
    return place;
  });
  return { all, lines: y / LINE + 1 };
}

/** Room below the plate for its legend, in pixels. */
export const legendHeight = (scene: Scene, colours: Colouring, width: number) => placed(scene, colours, width).lines * LINE + 18;

/** The legend at the foot of a picture of this size. */
export function legend(scene: Scene, colours: Colouring, style: PlateStyle, width: number, height: number): string {
  const { all, lines } = placed(scene, colours, width);
  const top = height - lines * LINE - 6;
  return all.map(({ text, sign, x, y }) => `<g transform="translate(${x} ${top + y})">${sign(style)}<text x="28" y="11" font-family="Inter, sans-serif" font-size="11" fill="${style.muted}">${escape(text)}</text></g>`).join("");
}

/** Title and legend alone, as a document of the picture's size. */
export const captionSvg = (scene: Scene, colours: Colouring, style: PlateStyle, title: string, width: number, height: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${heading(title, style)}${legend(scene, colours, style, width, height)}</svg>`;
