import { fixOf } from "@/api/ApiError";
import { Button } from "./Button";

/** An error with what to do about it. */
export function ErrorNote({ error, retry, className = "" }: { error: unknown; retry?: () => void; className?: string }) {
  const message = error instanceof Error ? error.message : String(error);
  const fix = fixOf(error);
  return (
    <div role="alert" className={`border-l-2 border-lost pl-3 py-1 ${className}`}>
      <p className="text-ink">{message}</p>
      {fix ? <p className="text-muted">{fix}</p> : null}
      {retry ? <Button className="mt-2" onClick={retry}>Try again</Button> : null}
    </div>
  );
}
