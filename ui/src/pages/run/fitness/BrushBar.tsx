import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "@/components/Button";
import { InlineSelect } from "@/components/InlineSelect";
import { count } from "@/lib/format";
import { asFilter, type Brush } from "./brush";
import type { Measures } from "./measures";

interface Props {
  run: string;
  measures: Measures;
  brush: Brush;
  /** How many are picked out, of how many. */
  picked: number;
  all: number;
  onChange: (brush: Brush) => void;
  /** The ends of a measure over all candidates. */
  whole: (name: string) => readonly [number, number];
}

/** What is picked out in the charts, as figures that can be typed too. */
export function BrushBar({ run, measures, brush, picked, all, onChange, whole }: Props) {
  const names = Object.keys(brush);
  const text = (name: string) => measures.get(name)?.text ?? name;
  const { filter, without } = asFilter(brush, measures);
  const free = [...measures].filter(([name]) => !brush[name]).map(([name, measure]) => [name, measure.text] as const);
  const take = (name: string) => onChange(Object.fromEntries(Object.entries(brush).filter(([key]) => key !== name)));
  const end = (name: string, side: 0 | 1, text: string) => {
    const range = brush[name] ?? whole(name);
    if (text !== "" && Number.isFinite(Number(text))) onChange({ ...brush, [name]: side ? [range[0], Number(text)] : [Number(text), range[1]] });
  };
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <p aria-live="polite">{names.length ? <><b>{count(picked)}</b> of {count(all)} picked out</> : <span className="text-muted">Drag across a chart or along an axis to pick candidates out.</span>}</p>
      {names.map((name) => (
        <span key={name} className="inline-flex items-center gap-1.5 rounded border border-hairline bg-panel px-2 py-0.5">
          <span className="text-muted">{text(name)}</span>
          {([0, 1] as const).map((side) => (
            <input key={side} aria-label={`${text(name)}, ${side ? "at most" : "at least"}`} type="number" step="any" className="w-20 rounded border border-hairline bg-paper px-1 tabular-nums" value={Number(brush[name]?.[side].toPrecision(4))} onChange={(event) => end(name, side, event.target.value)} />
          ))}
          <button type="button" aria-label={`Any ${text(name)}`} className="text-muted hover:text-ink" onClick={() => take(name)}>✕</button>
        </span>
      ))}
      {free.length ? <InlineSelect label="" name="Limit a measure" value="" options={[["", "Limit…"], ...free]} onChange={(name) => name && onChange({ ...brush, [name]: whole(name) })} /> : null}
      {names.length ? <Button onClick={() => onChange({})}>Clear</Button> : null}
      {filter ? <Link to="/runs/$run/candidates" params={{ run }} search={{ filter, sort: undefined, asc: undefined, a: undefined, b: undefined }} className={buttonClass()} title={without.length ? `The filter cannot say: ${without.join(", ")}` : undefined}>Show as a table</Link> : null}
    </div>
  );
}
