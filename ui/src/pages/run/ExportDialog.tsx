import { useState } from "react";
import { url } from "@/api/client";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { Dialog } from "@/components/Dialog";
import { curl } from "@/lib/curl";

const FORMATS = [
  ["prompt", "The best prompt", "a text file, ready to use"],
  ["promptfoo", "promptfoo config", "the best prompt with its tests, runs in promptfoo"],
  ["bundle", "The whole run", "one file; drop it onto the page of runs of another Promptclade"],
  ["csv", "Trials as CSV", "every answer's score, one line each"],
  ["jsonl", "Trials as JSON lines", "the same with judgements"],
  ["journal", "The journal", "every event as JSON lines"],
  ["dot", "Family tree for Graphviz", "DOT"],
  ["mermaid", "Family tree for Mermaid", "the way to the best and what lies beside it"],
  ["graphml", "Family tree as GraphML", "yEd, Gephi, NetworkX"],
  ["cypher", "Family tree as Cypher", "Neo4j"],
] as const;

export function ExportDialog({ run, onClose }: { run: string; onClose: () => void }) {
  const [data, setData] = useState(true);
  const queryOf = (format: string) => ({ format, data: format === "bundle" ? (data ? 1 : 0) : undefined });
  return (
    <Dialog open wide title="Take it away" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <ul>
        {FORMATS.map(([format, name, about]) => (
          <li key={format} className="flex flex-wrap items-baseline gap-x-3 border-b border-rule py-1.5">
            <a className="link font-medium" href={url(`/runs/${run}/export`, queryOf(format))} download>{name}</a>
            <span className="text-muted">{about}</span>
            <span className="ml-auto flex items-center gap-3">
            {format === "bundle" ? (
              <label className="flex items-center gap-1.5 text-small"><input type="checkbox" checked={data} onChange={(event) => setData(event.target.checked)} className="accent-[var(--accent)]" /> with the examples</label>
            ) : null}
            <CopyButton label="curl" title={`Copy as curl: ${name}`} text={`${curl(`/runs/${run}/export`, undefined, queryOf(format))} -OJ`} what="The request is copied." />
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-3 flex flex-wrap items-center gap-2 text-muted">On the command line: <code className="font-mono text-small">clade export {run} -f prompt</code><CopyButton text={`clade export ${run} -f prompt`} title="Copy as a command line" /></p>
    </Dialog>
  );
}
