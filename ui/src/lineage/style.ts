/** The colours of the page as a canvas needs them. */
export interface PlateStyle {
  theme: "light" | "dark";
  paper: string;
  ink: string;
  muted: string;
  faint: string;
  hairline: string;
  edge: string;
  edgeFaint: string;
  track: string;
  fill: string;
  accent: string;
  lost: string;
}

export function plateStyle(theme: "light" | "dark"): PlateStyle {
  const of = getComputedStyle(document.documentElement);
  const get = (name: string) => of.getPropertyValue(name).trim();
  return {
    theme,
    paper: get("--paper"),
    ink: get("--ink"),
    muted: get("--muted"),
    faint: get("--faint"),
    hairline: get("--hairline"),
    edge: get("--edge"),
    edgeFaint: get("--edge-faint"),
    track: get("--track"),
    fill: get("--fill"),
    accent: get("--accent"),
    lost: get("--lost"),
  };
}
