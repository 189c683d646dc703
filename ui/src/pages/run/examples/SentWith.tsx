import type { RunSpec } from "@/api/types";
import { plural } from "@/lib/format";
import { modelOf, sentWith } from "./sent";

/** The parameters of a trial's request, and what is known of its tries. */
export function SentWith({ spec, named, cached }: { spec: RunSpec; named: string | null | undefined; cached: boolean }) {
  const model = modelOf(spec, named);
  if (!model) return <p className="text-muted">The run’s settings no longer have the model that answered.</p>;
  const { parameters, retries } = sentWith(model);
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="font-mono text-small text-muted">model</dt><dd className="break-all">{model.id}</dd>
        {parameters.map(([name, value]) => <div key={name} className="contents"><dt className="font-mono text-small text-muted">{name}</dt><dd className="prompt" dir="auto">{value}</dd></div>)}
      </dl>
      <p className="mt-1 text-small text-muted">
        As the run’s settings have them; what a model refuses is left out.{" "}
        {cached ? "The answer came from the cache: nothing was sent for this trial. " : ""}
        How often the call was tried is not kept: tokens, cost and latency are those of the try that was answered{retries === null ? "" : `, of at most ${plural(retries + 1, "try", "tries")}`}.
      </p>
    </>
  );
}
