import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ApiError } from "@/api/ApiError";
import { api } from "@/api/client";
import { libraryItemQuery, libraryTextQuery } from "@/api/queries";
import type { CheckResult, RunRequest } from "@/api/types";
import { useMay } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { CopyButton } from "@/components/CopyButton";
import { EmptyState } from "@/components/EmptyState";
import { curl } from "@/lib/curl";
import { ColumnMapping } from "./ColumnMapping";
import { lacking, renamed, rowsAt } from "./columns";
import { DataPart } from "./DataPart";
import { EstimatePanel } from "./EstimatePanel";
import { FileEditor } from "./FileEditor";
import { FormPart } from "./FormPart";
import { HeadroomCheck } from "./HeadroomCheck";
import { preview, type Preview } from "./preview";
import { ProblemList } from "./ProblemList";
import { PromptPart } from "./PromptPart";
import { TryCheck } from "./TryCheck";
import { read, START, variables, write } from "./runFile";
import { elsewhere, savedName, savedOf, useSavedText } from "./saved";
import { useDraft } from "./useDraft";

/** A form and the run file side by side; each edits the other. Nothing is spent before Start. */
export function NewRunPage() {
  const { ws } = useParams({ from: "/w/$ws/new" });
  const may = useMay(ws);
  if (!may("create_runs")) return <EmptyState title="No runs to start here">A run costs money. Your role here looks and comments; an admin of the workspace can change that.</EmptyState>;
  return <Draft ws={ws} />;
}

function Draft({ ws }: { ws: string }) {
  const search = useSearch({ from: "/w/$ws/new" });
  const navigate = useNavigate();
  const { draft, set, clear } = useDraft(ws, { file: START, prompt: "Answer the question.\n\nQuestion: {{question}}", data: "" });
  const fromLibrary = usePrompt(ws, search.prompt);
  const [taken, setTaken] = useState(false);
  if (!taken && (search.dataset !== undefined || fromLibrary !== undefined) && (search.prompt === undefined || fromLibrary !== undefined)) {
    setTaken(true);
    set({ ...(fromLibrary === undefined ? {} : { prompt: fromLibrary }), ...(search.dataset === undefined ? {} : { file: write(draft.file, { tests: `library://${search.dataset}` }), data: "" }) });
  }
  const { form, error } = useMemo(() => read(draft.file), [draft.file]);
  const named = useMemo(() => savedOf(form?.tests ?? ""), [form?.tests]);
  const saved = useSavedText(ws, named);
  const text = named ? (saved.text ?? "") : elsewhere(form?.tests ?? "") ? "" : draft.data;
  const data = useMemo(() => preview(text), [text]);
  const dataName = data.kind === "csv" ? "data.csv" : data.kind === "json" ? "data.json" : "data.jsonl";
  // the file names its data by kind: pasting a table makes it data.csv
  const file = useMemo(() => draft.file.replace(/file:\/\/data\.(jsonl|json|csv)\b/g, `file://${dataName}`), [draft.file, dataName]);
  const request: RunRequest = useMemo(() => ({ file, files: { "prompt.txt": draft.prompt, ...(draft.data.trim() && !named ? { [dataName]: draft.data } : {}) } }), [file, draft.prompt, draft.data, dataName, named]);
  const check = useMutation({ mutationFn: () => api.post<CheckResult>(`/workspaces/${ws}/runs/check`, request) });
  const start = useMutation({
    mutationFn: () => api.post<{ run: string }>(`/workspaces/${ws}/runs`, request, { idempotencyKey: keyOf(request) }),
    onSuccess: ({ run }) => {
      clear();
      void navigate({ to: "/runs/$run", params: { run } });
    },
  });
  const change = (next: Partial<typeof draft>) => {
    set(next);
    check.reset();
    start.reset();
  };
  const failed = check.error ?? start.error;
  const missing = lacking(variables(draft.prompt), data.columns);
  const unmapped = lacking([...new Set([...variables(draft.prompt), ...variables(form?.value ?? "")])], data.columns);
  const away = elsewhere(form?.tests ?? "");
  // what is typed or renamed is no version of the workspace any more, and no file that is elsewhere
  const paste = (data: string) => change({ data, ...(named || away ? { file: write(draft.file, { tests: "file://data.jsonl" }) } : {}) });
  const rename = (names: ReadonlyMap<string, string>) => paste(renamed(text, data.kind, names));
  const first = check.data?.first_train;
  const head = useMemo(() => headroomOf(request, form?.description ?? "", { name: dataName, text, preview: data }, first ?? []), [request, form?.description, dataName, text, data, first]);
  return (
    <div className="flex flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-3 px-4 pt-5 pb-3 sm:px-6">
        <h1 className="plate mr-auto">New run</h1>
        <Confirm kind="quiet" label="Start afresh" title="Start afresh?" confirm="Throw the draft away" onConfirm={() => { clear(); check.reset(); start.reset(); }}>Prompt, examples and run file go back to the example. What was typed is lost.</Confirm>
        <CopyButton label="Copy as curl" text={curl(`/workspaces/${ws}/runs`, request)} what="The request is copied; it starts this run from a shell." />
        <Button busy={check.isPending} onClick={() => check.mutate()}>Check and estimate</Button>
        <Button kind="primary" busy={start.isPending} onClick={() => start.mutate()}>Start</Button>
      </div>
      <div className="px-4 sm:px-6" aria-live="polite">
        {failed ? <ProblemList error={failed} /> : null}
        {check.data && !failed ? <EstimatePanel result={check.data}>{head ? <HeadroomCheck ws={ws} request={head} examples={first?.length ?? 0} /> : null}</EstimatePanel> : null}
      </div>
      <div className="grid flex-1 gap-x-8 gap-y-6 px-4 py-4 sm:px-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-6">
          <PromptPart value={draft.prompt} columns={data.columns} missing={missing} onChange={(prompt) => change({ prompt })} workspace={ws} />
          <DataPart value={text} named={named} error={saved.error} missing={away ? `The run file takes its examples from ${away}, which is not here` : failed && !text.trim() && form?.tests && !named ? "There are no examples yet" : null} preview={data} workspace={ws} onChange={paste} onPick={(item) => change({ data: "", file: write(draft.file, { tests: savedName(item.name, item.versions) }) })} />
          <ColumnMapping missing={unmapped} columns={data.columns} onRename={rename} />
          {form ? <FormPart form={form} columns={data.columns} onChange={(part) => change({ file: write(draft.file, part) })} /> : <p role="alert" className="text-lost">The form waits: the run file cannot be read. {error}</p>}
          {form && data.count ? <TryCheck ws={ws} request={request} prompt={draft.prompt} model={form.task} expected={variables(form.value)[0]} examples={data.count} /> : null}
        </div>
        <FileEditor value={file} problem={failed instanceof ApiError ? failed.problem.problems?.find((one) => one.file?.endsWith(".yaml"))?.line ?? null : null} onChange={(file) => change({ file })} />
      </div>
    </div>
  );
}

/** The evaluation of the prompt as it is on the first train examples, each asked twice; none where the data are not at hand here. */
function headroomOf(request: RunRequest, description: string, data: { name: string; text: string; preview: Preview }, first: readonly number[]): RunRequest | null {
  if (!first.length || !data.preview.count || data.preview.error) return null;
  return {
    ...request,
    files: { ...request.files, [data.name]: rowsAt(data.text, data.preview.kind, first) },
    mode: "evaluate",
    set: [
      // the value is YAML, as which every JSON text reads
      `description=${JSON.stringify(`Headroom of: ${description}`)}`,
      `tests=file://${data.name}`,
      "evaluateOptions.repeat=2",
    ],
  };
}

/** The same request has the same key, so that a repeated press starts one run. */
function keyOf(request: RunRequest): string {
  let hash = 0;
  for (const sign of JSON.stringify(request)) hash = (Math.imul(hash, 31) + sign.charCodeAt(0)) | 0;
  return `ui-${hash >>> 0}-${Math.floor(Date.now() / 30_000)}`;
}

/** The newest version of a prompt of the workspace. */
function usePrompt(ws: string, name: string | undefined): string | undefined {
  const item = useQuery({ ...libraryItemQuery(ws, "prompt", name ?? ""), enabled: Boolean(name) });
  const text = useQuery({ ...libraryTextQuery(ws, "prompt", name ?? "", item.data?.versions ?? 0), enabled: Boolean(item.data) });
  return text.data?.text;
}
