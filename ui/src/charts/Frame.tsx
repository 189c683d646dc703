import type { ReactNode } from "react";
import { evenly, ticks } from "./scale";

export interface Plot {
  x: (value: number) => number;
  y: (value: number) => number;
}
interface Props extends Plot {
  width: number;
  height: number;
  xRange: readonly [number, number];
  yRange: readonly [number, number];
  xLabel: string;
  yLabel: string;
  xText: (value: number) => string;
  yText: (value: number) => string;
  label: string;
  children: ReactNode;
}

export const PAD = { left: 44, right: 14, top: 28, bottom: 34 };

/** Axes of a chart: hairlines, figures, and what they measure. */
export function Frame({ width, height, x, y, xRange, yRange, xLabel, yLabel, xText, yText, label, children }: Props) {
  const across = ticks(xRange[0], xRange[1], Math.max(2, Math.floor(width / 110)));
  const up = ticks(yRange[0], yRange[1], 5);
  const [xTexts, yTexts] = [evenly(across.map((value) => xText(value))), evenly(up.map((value) => yText(value)))];
  return (
    <svg role="img" aria-label={label} width={width} height={height} className="block font-sans" fontSize="11">
      {up.map((value, at) => (
        <g key={value}>
          <line x1={PAD.left} x2={width - PAD.right} y1={y(value)} y2={y(value)} stroke="var(--rule)" />
          <text x={PAD.left - 8} y={y(value) + 4} textAnchor="end" fill="var(--muted)">{yTexts[at]}</text>
        </g>
      ))}
      <line x1={PAD.left} x2={width - PAD.right} y1={height - PAD.bottom} y2={height - PAD.bottom} stroke="var(--hairline)" />
      {across.map((value, at) => (
        <g key={value}>
          <line x1={x(value)} x2={x(value)} y1={height - PAD.bottom} y2={height - PAD.bottom + 4} stroke="var(--hairline)" />
          <text x={x(value)} y={height - PAD.bottom + 16} textAnchor={x(value) > width - PAD.right - 24 ? "end" : "middle"} fill="var(--muted)">{xTexts[at]}</text>
        </g>
      ))}
      <text x={width - PAD.right} y={height - 3} textAnchor="end" fill="var(--muted)">{xLabel}</text>
      <text x={2} y={11} fill="var(--muted)">{yLabel}</text>
      {children}
    </svg>
  );
}
