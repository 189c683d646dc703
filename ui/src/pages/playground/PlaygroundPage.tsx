import { useMutation } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState, type KeyboardEvent } from "react";
import { api } from "@/api/client";
import type { Tried } from "@/api/types";
import { useMay } from "@/app/useSession";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { GrowingArea } from "@/components/GrowingArea";
import { TextField } from "@/components/TextField";
import { AddVersion } from "../library/AddVersion";
import { ModelField } from "../new-run/ModelField";
import { PromptPick } from "../new-run/PromptPick";
import { variables } from "../new-run/runFile";
import { Answers } from "./Answers";
import { promptOf, textOf, useDraft } from "./draft";
import { KeepCandidate } from "./KeepCandidate";
import { KeepExample } from "./KeepExample";

/** Most models at once; the server refuses more. */
const MODELS = 6;

/** A prompt, its variables, and what several models make of it. */
export function PlaygroundPage() {
  const { ws } = useParams({ from: "/w/$ws/playground" });
  const may = useMay(ws);
  const [draft, set] = useDraft(ws);
  const [keep, setKeep] = useState<"prompt" | "candidate" | "example" | null>(null);
  const names = [...new Set([...variables(draft.system), ...variables(draft.user)])];
  const vars = Object.fromEntries(names.map((name) => [name, draft.vars[name] ?? ""]));
  const models = draft.models.filter((model) => model.trim());
  const ask = useMutation({
    mutationFn: () =>
      api.post<Tried>(`/workspaces/${ws}/playground`, {
        prompt: promptOf(draft),
        vars,
        models,
        ...(draft.temperature ? { temperature: Number(draft.temperature) } : {}),
        ...(draft.expected.trim() ? { expected: draft.expected.trim() } : {}),
      }),
  });
  if (!may("create_runs")) return <EmptyState title="Nothing to try out with">Asking a model costs money. Your role here looks and comments; an admin of the workspace can change that.</EmptyState>;
  const ready = models.length > 0 && draft.user.trim() !== "";
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && ready && !ask.isPending) {
      event.preventDefault();
      ask.mutate();
    }
  };
  return (
    <div className="flex flex-col gap-6 px-4 py-5 sm:px-6" onKeyDown={onKey}>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <h1 className="plate mr-auto">Playground</h1>
        {may("edit_library") ? <Button onClick={() => setKeep("prompt")}>Keep the prompt</Button> : null}
        <Button onClick={() => setKeep("candidate")}>Keep as a candidate</Button>
        {may("edit_library") ? <Button disabled={names.length === 0} title={names.length ? undefined : "The prompt has no variables"} onClick={() => setKeep("example")}>Keep as an example</Button> : null}
        <Button kind="primary" busy={ask.isPending} disabled={!ready} title="Ctrl Enter" onClick={() => ask.mutate()}>{ask.isPending ? "Asking" : `Ask ${models.length === 1 ? "the model" : `${models.length} models`}`}</Button>
      </div>
      <div className="grid gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          <div className="flex items-end justify-between"><h2 className="label">Prompt</h2><PromptPick workspace={ws} onPick={(user) => set({ user })} /></div>
          <Field label="System">
            {({ id, describedBy }) => <GrowingArea id={id} aria-describedby={describedBy} rows={2} spellCheck={false} className="prompt" placeholder="may stay empty" value={draft.system} onChange={(event) => set({ system: event.target.value })} />}
          </Field>
          <Field label="User" hint="{{name}} stands for a variable.">
            {({ id, describedBy }) => <GrowingArea id={id} aria-describedby={describedBy} rows={8} spellCheck={false} className="prompt min-h-40" value={draft.user} onChange={(event) => set({ user: event.target.value })} />}
          </Field>
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <h2 className="label">Variables</h2>
          {names.length ? names.map((name) => (
            <Field key={name} label={name}>
              {({ id }) => <GrowingArea id={id} rows={2} value={draft.vars[name] ?? ""} onChange={(event) => set({ vars: { ...draft.vars, [name]: event.target.value } })} />}
            </Field>
          )) : <p className="text-muted">The prompt has none.</p>}
          <TextField label="Right answer" hint="Looked for in each answer. Simulated models know only what stands here." value={draft.expected} onChange={(expected) => set({ expected })} />
          <h2 className="label mt-2">Models</h2>
          {draft.models.map((model, at) => (
            <div key={at} className="flex items-start gap-2">
              <div className="min-w-0 flex-1"><ModelField label={`Model ${at + 1}`} value={model} onChange={(value) => set({ models: draft.models.map((one, other) => (other === at ? value : one)) })} /></div>
              {draft.models.length > 1 ? <Button kind="quiet" className="mt-6" aria-label={`Take model ${at + 1} out`} onClick={() => set({ models: draft.models.filter((_, other) => other !== at) })}>✕</Button> : null}
            </div>
          ))}
          <div className="flex flex-wrap items-end gap-3">
            <Button disabled={draft.models.length >= MODELS} onClick={() => set({ models: [...draft.models, ""] })}>Another model</Button>
            <div className="w-32"><TextField label="Temperature" type="number" min={0} max={2} step={0.1} placeholder="its own" value={draft.temperature} onChange={(temperature) => set({ temperature })} /></div>
          </div>
        </div>
      </div>
      <section aria-live="polite">
        {ask.error ? <ErrorNote error={ask.error} /> : null}
        {ask.data ? <Answers answers={ask.data.answers} expected={draft.expected} /> : ask.error ? null : <p className="text-muted">Answers appear here, side by side. What they cost counts against your budget and the workspace’s; they are not kept.</p>}
      </section>
      {keep === "prompt" ? <AddVersion ws={ws} kind="prompt" start={textOf(draft)} onClose={() => setKeep(null)} onDone={() => undefined} /> : null}
      {keep === "candidate" ? <KeepCandidate ws={ws} draft={draft} onClose={() => setKeep(null)} /> : null}
      {keep === "example" ? <KeepExample ws={ws} vars={vars} expected={draft.expected} onClose={() => setKeep(null)} /> : null}
    </div>
  );
}
