import { useQuery } from "@tanstack/react-query";
import { deliveriesQuery } from "@/api/queries";
import type { Delivery } from "@/api/types";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { ago, moment, plural } from "@/lib/format";

const SHAPES: Record<Delivery["status"], string> = { waiting: "…", delivered: "✓", failed: "✕" };

/** What was sent to a webhook, newest first, and what came back. */
export function Deliveries({ ws, webhook }: { ws: string; webhook: string }) {
  const sent = useQuery(deliveriesQuery(ws, webhook));
  if (sent.isPending) return <Loading />;
  if (sent.error) return <ErrorNote error={sent.error} />;
  if (!sent.data.items.length) return <p className="mt-2 text-muted">Nothing was sent within 30 days. Test sends a delivery of the type <code className="font-mono text-small">ping</code>.</p>;
  return (
    <div className="mt-2 overflow-x-auto">
      <table className="grid-table" aria-label="Deliveries">
        <thead><tr><th scope="col">When</th><th scope="col">Event</th><th scope="col">Status</th><th scope="col">What came back</th><th scope="col">Body</th></tr></thead>
        <tbody>
          {sent.data.items.map((one) => (
            <tr key={one.id}>
              <td className="whitespace-nowrap text-muted" title={moment(one.at)}>{ago(one.at)}</td>
              <td className="font-mono text-small">{one.event}</td>
              <td className={`whitespace-nowrap ${one.status === "failed" ? "text-lost" : ""}`}><span aria-hidden="true">{SHAPES[one.status]}</span> {one.status}<span className="text-muted">, {plural(one.tries, "try", "tries")}{one.due ? <>, again at <span title={moment(one.due)}>{moment(one.due).slice(11, 19)}</span></> : null}</span></td>
              <td className="max-w-64 break-words text-muted">{one.answer || "–"}</td>
              <td><details className="text-small"><summary>show</summary><pre className="prompt max-w-96 overflow-auto">{one.body}</pre></details></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
