import { useState } from "react";
import { url } from "@/api/client";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";

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
  return (
    <Dialog open wide title="Take it away" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <ul>
        {FORMATS.map(([format, name, about]) => (
          <li key={format} className="flex flex-wrap items-baseline gap-x-3 border-b border-rule py-1.5">
            <a className="link font-medium" href={url(`/runs/${run}/export`, { format, data: format === "bundle" ? (data ? 1 : 0) : undefined })} download>{name}</a>
            <span className="text-muted">{about}</span>
            {format === "bundle" ? (
              <label className="ml-auto flex items-center gap-1.5 text-small"><input type="checkbox" checked={data} onChange={(event) => setData(event.target.checked)} className="accent-[var(--accent)]" /> with the examples</label>
            ) : null}
          </li>
        ))}
      </ul>
      <p className="mt-3 text-muted">On the command line: <code className="font-mono text-small">clade export {run} -f prompt</code></p>
    </Dialog>
  );
}
