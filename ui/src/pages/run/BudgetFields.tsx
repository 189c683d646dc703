import type { Budget } from "@/api/types";
import { TextField } from "@/components/TextField";

const FIELDS = [["usd", "US dollars"], ["calls", "Calls"], ["minutes", "Minutes"], ["tokens", "Tokens"]] as const;

/** The limits of a budget, of one run or, without minutes, of several together. Empty is no limit. */
export function BudgetFields({ value, onChange, hint, joint = false }: { value: Budget; onChange: (value: Budget) => void; hint?: string; joint?: boolean }) {
  const fields = FIELDS.filter(([key]) => !joint || key !== "minutes");
  return (
    <fieldset>
      <legend className="mb-1 text-small font-medium">Budget <span className="font-normal text-muted">{hint}</span></legend>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {fields.map(([key, label]) => (
          <TextField
            key={key}
            label={label}
            type="number"
            min={0}
            step="any"
            inputMode="decimal"
            placeholder="no limit"
            value={value[key] === null || value[key] === undefined ? "" : String(value[key])}
            onChange={(text) => {
              const next: Budget = { ...value };
              if (text === "") delete next[key];
              else next[key] = Number(text);
              onChange(next);
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}
