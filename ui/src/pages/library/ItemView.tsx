import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { libraryItemQuery, libraryQuery, libraryTextQuery } from "@/api/queries";
import type { LibraryKind } from "@/api/types";
import { useNames } from "@/api/useNames";
import { useMay } from "@/app/useSession";
import { Badge } from "@/components/Badge";
import { Button, buttonClass } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { DiffText } from "@/components/DiffText";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { PromptText } from "@/components/PromptText";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { ago, bytes, moment, plural } from "@/lib/format";
import { wordDiff } from "@/lib/wordDiff";
import { preview } from "../new-run/preview";
import { AddVersion } from "./AddVersion";
import { FaultsNote } from "./FaultsNote";
import { WhereUsed } from "./WhereUsed";

interface Props {
  ws: string;
  kind: LibraryKind;
  name: string;
  version: number | undefined;
  against: number | undefined;
  onChoose: (change: { version?: number; against?: number }) => void;
}

/** One prompt or dataset: a version, against another where wanted, and its labels. */
export function ItemView({ ws, kind, name, version, against, onChoose }: Props) {
  const may = useMay(ws);
  const names = useNames(ws);
  const item = useQuery(libraryItemQuery(ws, kind, name));
  const shown = version ?? item.data?.versions ?? 0;
  const text = useQuery({ ...libraryTextQuery(ws, kind, name, shown), enabled: shown > 0 });
  const other = useQuery({ ...libraryTextQuery(ws, kind, name, against ?? 0), enabled: Boolean(against) });
  const keys = [libraryItemQuery(ws, kind, name).queryKey, libraryQuery(ws, kind).queryKey];
  const [label, setLabel] = useState("");
  const [adding, setAdding] = useState(false);
  const path = `/workspaces/${ws}/library/${kind}/${encodeURIComponent(name)}/labels`;
  const point = useSave((label: string) => api.put(`${path}/${encodeURIComponent(label)}`, { version: shown }, { ifMatch: item.data?.revision }), { keys, after: () => setLabel("") });
  const take = useSave((label: string) => api.delete(`${path}/${encodeURIComponent(label)}`, { ifMatch: item.data?.revision }), { keys });
  if (item.isPending) return <Loading />;
  if (item.error) return <ErrorNote error={item.error} />;
  const edits = may("edit_library");
  const versions = item.data.history.map((one) => [String(one.version), `version ${one.version}`] as const);
  const data = kind === "dataset" && text.data ? preview(text.data.text, 200) : null;
  return (
    <section className="min-w-0">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 className="plate mr-auto">{name}</h2>
        <InlineSelect label="" name="Version shown" value={String(shown)} options={versions} onChange={(value) => onChoose({ version: Number(value) })} />
        {kind === "prompt" && versions.length > 1 ? <InlineSelect label="against" value={against ? String(against) : ""} options={[["", "nothing"], ...versions]} onChange={(value) => onChoose({ against: value ? Number(value) : undefined })} /> : null}
        <CopyButton text={text.data?.text ?? ""} />
        <Link to="/w/$ws/new" params={{ ws }} search={kind === "prompt" ? { prompt: name } : { dataset: name }} className={buttonClass()}>New run from it</Link>
        {edits ? <Button kind="primary" onClick={() => setAdding(true)}>New version</Button> : null}
      </div>
      <div className="mb-3 flex flex-wrap items-center gap-2 text-muted">
        {Object.entries(item.data.labels).map(([one, at]) => (
          <span key={one} className="inline-flex items-center gap-1"><Badge tone={at === shown ? "accent" : "plain"}>{one} → {at}</Badge>{edits ? <button type="button" aria-label={`Remove label ${one}`} onClick={() => take.mutate(one)}>✕</button> : null}</span>
        ))}
        {edits ? (
          <form className="flex items-end gap-2" onSubmit={(event) => { event.preventDefault(); if (label.trim()) point.mutate(label.trim()); }}>
            <div className="w-40"><TextField label="Label" placeholder="production" value={label} onChange={setLabel} /></div>
            <Button type="submit" disabled={!label.trim()}>Point at version {shown}</Button>
          </form>
        ) : null}
      </div>
      {text.isPending ? <Loading /> : null}
      {text.error ? <ErrorNote error={text.error} /> : null}
      {data && text.data ? <FaultsNote text={text.data.text} /> : null}
      {text.data ? (
        <div className="overflow-x-auto rounded border border-hairline bg-panel p-4">
          {data ? (
            <>
              <p className="mb-2 text-muted">{data.kind}, {plural(data.count, "example")}{data.error ? `: ${data.error}` : ""}{data.count > data.rows.length ? `, the first ${data.rows.length} shown` : ""}</p>
              <div className="-mb-4 max-h-[60vh] overflow-auto pb-4"><table className="grid-table"><thead><tr>{data.columns.map((column) => <th key={column} scope="col" className="!normal-case font-mono">{column}</th>)}</tr></thead><tbody>{data.rows.map((row, at) => <tr key={at}>{data.columns.map((column) => <td key={column} className="max-w-96 truncate" dir="auto">{row[column]}</td>)}</tr>)}</tbody></table></div>
            </>
          ) : against && other.data ? <DiffText runs={wordDiff(other.data.text, text.data.text)} /> : <pre className="prompt" dir="auto"><PromptText text={text.data.text} /></pre>}
        </div>
      ) : null}
      <h3 className="label mt-6 mb-1">Versions</h3>
      <table className="grid-table max-w-3xl">
        <tbody>{item.data.history.map((one) => <tr key={one.version}><td><button type="button" className={one.version === shown ? "font-semibold" : "link"} onClick={() => onChoose({ version: one.version })}>{one.version}</button></td><td className="w-full" dir="auto">{one.note || <span className="text-muted">no note</span>}</td><td className="num text-muted whitespace-nowrap">{bytes(one.bytes)}</td><td className="num text-muted whitespace-nowrap">{names[one.by] ?? one.by}</td><td className="num text-muted whitespace-nowrap" title={moment(one.at)}>{ago(one.at)}</td></tr>)}</tbody>
      </table>
      {text.data ? <WhereUsed ws={ws} kind={kind} name={name} text={text.data.text} /> : null}
      {adding ? <AddVersion ws={ws} kind={kind} name={name} behind={item.data.revision} start={text.data?.text} onClose={() => setAdding(false)} onDone={() => onChoose({ version: undefined, against: undefined })} /> : null}
    </section>
  );
}
