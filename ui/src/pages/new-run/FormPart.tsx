import { Button } from "@/components/Button";
import { Select } from "@/components/Select";
import { TextField } from "@/components/TextField";
import { BudgetFields } from "../run/BudgetFields";
import { FrozenField } from "./FrozenField";
import { ModelField } from "./ModelField";
import type { RunForm } from "./runFile";

interface Props {
  form: RunForm;
  columns: string[];
  onChange: (change: Partial<RunForm>) => void;
}

const CHECKS = ["contains", "icontains", "equals", "numeric", "regex", "contains-any", "contains-all", "is-json", "contains-json", "starts-with", "rouge-n", "bleu", "levenshtein", "similar", "llm-rubric", "g-eval", "factuality", "python", "javascript"];
const STRATEGIES = [["auto", "auto: what the evidence says works"], ["gepa", "gepa"], ["genetic", "genetic"], ["de", "de: differential evolution"], ["opro", "opro"], ["promptbreeder", "promptbreeder"], ["capo", "capo"], ["mipro", "mipro"], ["hill-climb", "hill-climb"], ["random", "random: the control"]] as const;

/** The rest of the run file as a form. */
export function FormPart({ form, columns, onChange }: Props) {
  const checks = CHECKS.includes(form.check) || !form.check ? CHECKS : [form.check, ...CHECKS];
  const strategies = STRATEGIES.some(([name]) => name === form.strategy) ? STRATEGIES : [[form.strategy, form.strategy] as const, ...STRATEGIES];
  return (
    <>
      <section className="flex flex-col gap-3">
        <h2 className="plate">What is good</h2>
        <TextField label="Description" hint="What the prompt is to do; operators read it" value={form.description} onChange={(description) => onChange({ description })} />
        <div className="grid gap-3 sm:grid-cols-3">
          <Select label="Check" value={form.check} options={[...(form.check ? [] : [["", "none"] as const]), ...checks.map((name) => [name, name] as const)]} onChange={(check) => onChange({ check })} />
          <TextField label="Value" hint={columns.length ? `columns: ${columns.join(", ")}` : "such as {{answer}}"} value={form.value} onChange={(value) => onChange({ value })} />
          <TextField label="Metric’s name" placeholder={form.check} value={form.metric} onChange={(metric) => onChange({ metric })} />
        </div>
      </section>
      <section className="flex flex-col gap-3">
        <h2 className="plate">Models</h2>
        <div className="grid gap-3 sm:grid-cols-3">
          <ModelField label="Task" value={form.task} onChange={(task) => onChange({ task })} />
          <ModelField label="Reflection" empty="as task" value={form.reflection} onChange={(reflection) => onChange({ reflection })} />
          <ModelField label="Judge" empty="as task" value={form.judge} onChange={(judge) => onChange({ judge })} />
        </div>
        {form.generations.map((one, at) => {
          const set = (change: Partial<typeof one>) => onChange({ generations: form.generations.map((other, number) => (number === at ? { ...other, ...change } : other)) });
          return (
            <div key={at} className="grid items-start gap-3 sm:grid-cols-[6rem_1fr_1fr_1fr_auto]">
              <TextField label="From gen." type="number" min={0} value={String(one.from)} onChange={(from) => set({ from: Number(from) })} />
              <ModelField label="Task" empty="as before" value={one.task} onChange={(task) => set({ task })} />
              <ModelField label="Reflection" empty="as before" value={one.reflection} onChange={(reflection) => set({ reflection })} />
              <ModelField label="Judge" empty="as before" value={one.judge} onChange={(judge) => set({ judge })} />
              <Button className="mt-[22px]" aria-label={`Remove models from generation ${one.from}`} onClick={() => onChange({ generations: form.generations.filter((_, number) => number !== at) })}>Remove</Button>
            </div>
          );
        })}
        <div><Button onClick={() => onChange({ generations: [...form.generations, { from: (form.generations.at(-1)?.from ?? 0) + 3, task: "", reflection: form.reflection || form.task, judge: "" }] })}>Other models from a generation on</Button></div>
      </section>
      <section className="flex flex-col gap-3">
        <h2 className="plate">Search</h2>
        <BudgetFields value={form.budget} onChange={(budget) => onChange({ budget })} hint="Hard limits, whichever is reached first." />
        <div className="grid gap-3 sm:grid-cols-3">
          <Select label="Strategy" value={form.strategy} options={strategies} onChange={(strategy) => onChange({ strategy })} />
          <TextField label="Most prompt tokens" type="number" min={1} placeholder="no limit" value={form.maxTokens} onChange={(maxTokens) => onChange({ maxTokens })} />
          <TextField label="Random seed" type="number" min={0} placeholder="0" value={form.seed} onChange={(seed) => onChange({ seed })} />
        </div>
        <div className="grid gap-3 sm:grid-cols-3">
          {(["train", "validation", "test"] as const).map((split) => <TextField key={split} label={`Share of ${split}`} type="number" min={0} max={1} step="any" value={form.splits[split]} onChange={(share) => onChange({ splits: { ...form.splits, [split]: share } })} />)}
        </div>
        <FrozenField value={form.frozen} onChange={(frozen) => onChange({ frozen })} />
      </section>
    </>
  );
}
