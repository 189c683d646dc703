import type { Branch } from "./forest";

const STEP = 20;
const ROW = 44;
const MIDDLE = ROW / 2;
const RADIUS = 7;
const at = (level: number) => 10 + level * STEP;

/** The lines to the left of a run: where it comes from, and what goes on past it. */
export function Gutter({ branch }: { branch: Branch }) {
  const { depth, rails, descentRails, forks, descent, leads } = branch;
  const x = at(depth);
  const from = at(depth - 1);
  const thin = { stroke: "var(--edge)", strokeWidth: 1.1 };
  const thick = { stroke: "var(--accent)", strokeWidth: 3.2 };
  const elbow = `M${from} -1 V${MIDDLE - RADIUS} Q${from} ${MIDDLE} ${from + RADIUS} ${MIDDLE} H${x}`;
  return (
    <svg aria-hidden="true" width={at(depth) + 12} height={ROW} viewBox={`0 0 ${at(depth) + 12} ${ROW}`} className="shrink-0 overflow-visible" fill="none">
      {rails.map((goes, level) => (goes ? <path key={level} d={`M${at(level)} -1 V${ROW + 1}`} {...(descentRails[level] ? thick : thin)} /> : null))}
      {depth > 0 ? <path d={elbow} {...(descent ? thick : thin)} /> : null}
      {forks ? <path d={`M${x} ${MIDDLE} V${ROW + 1}`} {...(leads ? thick : thin)} /> : null}
      {depth === 0 ? (
        <rect x={x - 4.5} y={MIDDLE - 4.5} width="9" height="9" transform={`rotate(45 ${x} ${MIDDLE})`} fill="var(--paper)" stroke={descent ? "var(--accent)" : "var(--ink)"} strokeWidth="1.6" />
      ) : (
        <circle cx={x} cy={MIDDLE} r="4.5" fill={descent ? "var(--accent)" : "var(--paper)"} stroke={descent ? "var(--accent)" : "var(--ink)"} strokeWidth="1.4" />
      )}
    </svg>
  );
}
