import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { useNames } from "@/api/useNames";
import { webhooksQuery } from "@/api/queries";
import type { Webhook, WebhookMade } from "@/api/types";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { CopyButton } from "@/components/CopyButton";
import { ErrorNote } from "@/components/ErrorNote";
import { Section } from "@/components/Section";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { ago, moment } from "@/lib/format";
import { Deliveries } from "./Deliveries";

const EVENTS = [
  ["run.started", "a run starts, or goes on"],
  ["run.finished", "it is complete"],
  ["run.paused", "somebody put it down, or a limit is spent"],
  ["run.failed", "an error stopped it"],
] as const;

const HEADERS = `X-Clade-Event: run.finished
X-Clade-Delivery: 4f0c…
X-Clade-Signature: t=UNIX,v1=HEX`;
const BODY = `{"id": "4f0c…", "type": "run.finished", "at": 1764400000000,
 "workspace": "WORKSPACE", "run": {"run": "7kq2m9ap", "status": "finished", …}}`;

/** The addresses that are told what happens to runs, and what came of telling them. */
export function WebhooksPart({ ws }: { ws: string }) {
  const hooks = useQuery(webhooksQuery(ws));
  const names = useNames(ws);
  const keys = [webhooksQuery(ws).queryKey];
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<readonly string[]>(["run.finished", "run.failed"]);
  const [made, setMade] = useState<WebhookMade | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const add = useSave(() => api.post<WebhookMade>(`/workspaces/${ws}/webhooks`, { url, events }), {
    keys,
    after: (made) => {
      setMade(made);
      setOpen(made.webhook.id);
      setUrl("");
    },
  });
  const remove = useSave((one: Webhook) => api.delete(`/workspaces/${ws}/webhooks/${one.id}`), { keys, done: "The webhook is removed." });
  const test = useSave((one: Webhook) => api.post(`/workspaces/${ws}/webhooks/${one.id}/test`), { keys, done: "A test is on its way.", after: () => undefined });
  const toggle = (event: string) => setEvents((before) => (before.includes(event) ? before.filter((one) => one !== event) : [...before, event]));
  return (
    <>
      <Section title="Webhooks" about="Addresses of the internet that are told what happens to the runs of this workspace.">
        {hooks.error ? <ErrorNote error={hooks.error} /> : null}
        {hooks.data?.items.length === 0 ? <p className="mb-4 text-muted">None yet.</p> : null}
        <ul>
          {hooks.data?.items.map((one) => (
            <li key={one.id} className="border-b border-rule py-3 first:pt-0">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                <span className="min-w-0 flex-1 basis-60">
                  <span className="block font-mono text-small break-all">{one.url}</span>
                  <span className="text-muted">{one.events.join(", ")} · by {names[one.by] ?? one.by}, <span title={moment(one.at)}>{ago(one.at)}</span></span>
                </span>
                <span className="flex gap-2">
                  <Button aria-expanded={open === one.id} onClick={() => setOpen(open === one.id ? null : one.id)}>Deliveries</Button>
                  <Button busy={test.isPending && test.variables?.id === one.id} onClick={() => { setOpen(one.id); test.mutate(one); }}>Test</Button>
                  <Confirm label="Remove" title="Remove this webhook?" confirm="Remove it" onConfirm={() => remove.mutate(one)}>It is told of nothing more. What was sent stays in the log for 30 days.</Confirm>
                </span>
              </div>
              {open === one.id ? <Deliveries ws={ws} webhook={one.id} /> : null}
            </li>
          ))}
        </ul>
        {made ? (
          <div className="my-3 rounded border border-accent p-3">
            <p>Its secret is shown this once: whoever receives deliveries checks their signature with it.</p>
            <div className="mt-1 flex flex-wrap items-center gap-2"><code className="font-mono text-small break-all">{made.secret}</code><CopyButton text={made.secret} what="The secret is copied." /></div>
          </div>
        ) : null}
        <form className="mt-4 flex flex-col items-start gap-3" onSubmit={(event) => { event.preventDefault(); add.mutate(undefined); }}>
          <div className="w-full max-w-xl"><TextField label="Address" type="url" required placeholder="https://example.com/promptclade" value={url} onChange={setUrl} /></div>
          <fieldset>
            <legend className="mb-1 text-small font-medium">Told of</legend>
            <div className="flex flex-col gap-1">
              {EVENTS.map(([event, when]) => <label key={event} className="grid grid-cols-[auto_7.5rem_1fr] items-baseline gap-x-2"><input type="checkbox" className="translate-y-px accent-[var(--accent)]" checked={events.includes(event)} onChange={() => toggle(event)} /><span className="font-mono text-small">{event}</span><span className="text-muted">{when}</span></label>)}
            </div>
          </fieldset>
          <Button type="submit" kind="primary" busy={add.isPending} disabled={!events.length}>Add the webhook</Button>
        </form>
      </Section>
      <Section title="What is sent" about="A POST of JSON. Any status from 200 to 299 within 10 s is a success; everything else is tried again, five times in all, over a quarter of an hour.">
        <pre className="prompt rounded border border-hairline bg-panel p-4" tabIndex={0} role="group" aria-label="A message">{HEADERS}{"\n\n"}{BODY.replace("WORKSPACE", ws)}</pre>
        <p className="mt-2 max-w-2xl text-muted"><code className="font-mono text-small">HEX</code> is the HMAC-SHA256 of <code className="font-mono text-small">UNIX.</code> and the body under the webhook’s secret. Refuse times that are more than five minutes off.</p>
      </Section>
    </>
  );
}
