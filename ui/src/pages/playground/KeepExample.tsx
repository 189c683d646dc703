import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { libraryQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Select } from "@/components/Select";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { withExample } from "./example";

const NEW = "";

/** Keeps the variables, and the right answer where it is named, as an example of a data set: its next version. */
export function KeepExample({ ws, vars, expected, onClose }: { ws: string; vars: Record<string, string>; expected: string; onClose: () => void }) {
  const saved = useQuery(libraryQuery(ws, "dataset"));
  const [into, setInto] = useState(NEW);
  const [name, setName] = useState("");
  const [column, setColumn] = useState("answer");
  const example = { ...vars, ...(expected.trim() && column.trim() ? { [column.trim()]: expected.trim() } : {}) };
  const path = `/workspaces/${ws}/library/dataset`;
  const save = useSave(
    async () => {
      const item = saved.data?.items.find((one) => one.name === into);
      const before = item ? (await api.get<{ text: string }>(`${path}/${encodeURIComponent(item.name)}/versions/${item.versions}`)).text : "";
      return api.post(path, { name: item?.name ?? name, text: withExample(before, example), note: "an example from the playground" });
    },
    { keys: [["workspace", ws]], done: "The example is kept.", after: onClose },
  );
  const options = [[NEW, "a new data set"], ...(saved.data?.items ?? []).map((item) => [item.name, `${item.name} v${item.versions}`] as const)] as const;
  return (
    <Dialog open title="Keep as an example" onClose={onClose} actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={save.isPending} disabled={!into && !name.trim()} onClick={() => save.mutate(undefined)}>Keep it</Button></>}>
      <div className="flex flex-col gap-3">
        <Select label="In" value={into} options={options} onChange={setInto} />
        {into ? null : <TextField label="Name of the data set" hint="Letters, digits, dot, underscore and hyphen" value={name} onChange={setName} />}
        {expected.trim() ? <TextField label="Column of the right answer" value={column} onChange={setColumn} /> : <p className="text-muted">There is no right answer beside the variables: type one under “Right answer” to keep it too.</p>}
        <pre className="prompt max-h-48 overflow-auto rounded border border-hairline p-2">{JSON.stringify(example, null, 2)}</pre>
        {save.error ? <ErrorNote error={save.error} /> : null}
      </div>
    </Dialog>
  );
}
