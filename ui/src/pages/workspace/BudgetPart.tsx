import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { spentQuery, workspaceQuery } from "@/api/queries";
import type { Budget, Workspace } from "@/api/types";
import { useMay } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Section } from "@/components/Section";
import { useSave } from "@/components/useSave";
import { count, plural, usd } from "@/lib/format";
import { BudgetFields } from "../run/BudgetFields";

export function BudgetPart({ workspace }: { workspace: Workspace }) {
  const may = useMay(workspace.id);
  const [budget, setBudget] = useState<Budget>(workspace.budget);
  const save = useSave(() => api.put(`/workspaces/${workspace.id}/budget`, budget, { ifMatch: workspace.revision }), { keys: [workspaceQuery(workspace.id).queryKey], done: "The budget is set." });
  const { data: bought } = useQuery(spentQuery(workspace.id));
  const limits = Object.entries(workspace.budget).filter(([, value]) => value !== null);
  return (
    <Section title="Budget of the workspace" about="A hard limit on what all runs and the playground together may buy, on top of each run’s own.">
      {bought ? <p className="mb-3">Bought so far: {plural(bought.all.calls, "call")}, {usd(bought.all.usd)}, {count(bought.all.tokens)} tokens.</p> : null}
      {may("set_budgets") ? (
        <form className="max-w-2xl" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined); }}>
          <BudgetFields joint value={budget} onChange={setBudget} hint="Empty is no limit." />
          <Button className="mt-3" type="submit" kind="primary" busy={save.isPending}>Set the budget</Button>
        </form>
      ) : (
        <p>{limits.length ? limits.map(([name, value]) => `${name} ${String(value)}`).join(", ") : "No limit."}</p>
      )}
    </Section>
  );
}
