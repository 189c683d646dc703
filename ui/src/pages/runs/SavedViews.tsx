import { useState } from "react";
import { InlineSelect } from "@/components/InlineSelect";
import { toast } from "@/components/toasts";
import { SaveViewDialog } from "./SaveViewDialog";

interface View {
  name: string;
  filter: string;
  order: "newest" | "updated" | "score" | "cost";
}

interface Props {
  workspace: string;
  filter: string;
  order: View["order"];
  onChoose: (view: View) => void;
}

const BUILT_IN: View[] = [
  { name: "all", filter: "", order: "newest" },
  { name: "running", filter: "status=running", order: "updated" },
  { name: "shown better", filter: "improved=yes", order: "score" },
  { name: "needs a look", filter: "status=failed or status=paused", order: "updated" },
];

/** Filters kept by name in this browser. */
export function SavedViews({ workspace, filter, order, onChoose }: Props) {
  const key = `views:${workspace}`;
  const [own, setOwn] = useState<View[]>(() => read(key));
  const [naming, setNaming] = useState(false);
  const views = [...BUILT_IN, ...own];
  const current = views.find((view) => view.filter === filter && view.order === order)?.name ?? "";
  const keep = (next: View[]) => {
    setOwn(next);
    localStorage.setItem(key, JSON.stringify(next));
  };
  const save = (name: string) => {
    setNaming(false);
    const next = [...own.filter((view) => view.name !== name), { name, filter, order }];
    keep(next);
    toast(`View “${name}” is kept in this browser.`);
  };
  const forgettable = own.some((view) => view.name === current);
  const options = [...(current ? [] : [["", "this one"] as const]), ...views.map((view) => [view.name, view.name] as const), ...(current ? [] : [["\n", "save this one …"] as const]), ...(forgettable ? [["\t", "forget this one"] as const] : [])];
  return (
    <>
      <InlineSelect
        label="View"
        value={current}
        options={options}
        onChange={(name) => {
          if (name === "\n") setNaming(true);
          if (name === "\t") keep(own.filter((view) => view.name !== current));
          const view = views.find((view) => view.name === name);
          if (view) onChoose(view);
        }}
      />
      {naming ? <SaveViewDialog start={filter} taken={BUILT_IN.map((view) => view.name)} onSave={save} onClose={() => setNaming(false)} /> : null}
    </>
  );
}

function read(key: string): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

const isView = (found: unknown): found is View => typeof found === "object" && found !== null && "name" in found && "filter" in found && "order" in found;
