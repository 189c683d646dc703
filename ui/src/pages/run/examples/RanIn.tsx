import type { RunSpec, TrialDetail } from "@/api/types";
import { count, duration } from "@/lib/format";
import { ISOLATION } from "@/lib/isolation";
import { LongText } from "./LongText";

type Ran = NonNullable<TrialDetail["trial"]["ran"]>[number];
type Sandbox = NonNullable<RunSpec["sandbox"]>;

/** Where code of a trial was executed: the program's sandbox first, then those of its checks, and what each may use. */
export function RanIn({ ran, sandbox }: { ran: readonly Ran[]; sandbox: Sandbox | null | undefined }) {
  return (
    <>
      <ul className="flex flex-col gap-1">
        {ran.map((one, at) => (
          <li key={at}>
            <span className="font-mono text-small">{one.sandbox}</span>
            <span className="text-muted"> · {one.backend}, <span title={ISOLATION[one.isolation]}>{one.isolation}</span> · {duration(one.took_ms / 1000)}{one.known ? ", its answer was known from before" : ""}</span>
            {one.from ? <span className="text-muted"> · a fork of the kept state <span className="font-mono text-small break-all">{one.from}</span></span> : null}
            {one.replaced?.length ? <span className="text-muted"> · began in {one.replaced.join(", ")}, which had to be replaced</span> : null}
            {one.said ? <><p className="mt-1 text-small text-muted">the end of what it printed</p><LongText text={one.said} /></> : null}
          </li>
        ))}
      </ul>
      {sandbox ? <p className="mt-1 text-small text-muted">{allowance(sandbox)}</p> : null}
    </>
  );
}

/** What a sandbox of a run may use, in a sentence. */
export function allowance({ limits, network, mode, image }: Sandbox): string {
  const most = [
    `${count(limits.memory_mb)} MB of memory`,
    `${count(limits.cpu_seconds)} s of processor time and ${count(limits.wall_seconds)} s in all for each execution`,
    `${count(limits.processes)} processes`,
    `${count(limits.disk_mb)} MB of files`,
    `${count(limits.output_kb)} kB of output`,
  ];
  const reach = network?.length ? `network: ${network.join(", ")}` : "no network";
  return `At most ${most.join(", ")}; ${reach}. ${mode === "always" ? "Each candidate has sandboxes of its own." : "Candidates share them."}${image ? ` Image ${image}.` : ""}`;
}
