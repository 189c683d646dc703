import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { modelsQuery } from "@/api/queries";
import { TextField } from "@/components/TextField";
import { count } from "@/lib/format";

const SIMULATED = ["simulated:rough", "simulated:gentle", "simulated:noisy", "simulated:gsm8k", "simulated:writing"];

/** A model by name, with what is known of its price and what it can do. */
export function ModelField({ label, empty, value, onChange }: { label: string; empty?: string; value: string; onChange: (value: string) => void }) {
  const list = useId();
  const models = useQuery(modelsQuery);
  const known = models.data?.items.find((model) => model.id === value || model.id.endsWith(`:${value.slice(value.lastIndexOf(":") + 1)}`) && value !== "");
  const hint = value.startsWith("simulated:")
    ? "simulated, its price too: no key, nothing to pay"
    : known
      ? `$${known.input} in, $${known.output} out a million tokens${known.context ? `; ${count(known.context / 1000)}k context` : ""}${known.reasoning ? "; reasons" : ""}`
      : value && models.data
        ? "price unknown: set a limit on calls"
        : undefined;
  return (
    <>
      <TextField label={label} list={list} placeholder={empty} hint={hint} spellCheck={false} value={value} onChange={onChange} />
      <datalist id={list}>
        {SIMULATED.map((id) => <option key={id} value={id} />)}
        {models.data?.items.map((model) => <option key={model.id} value={model.id}>{`$${model.input} / $${model.output}`}</option>)}
      </datalist>
    </>
  );
}
