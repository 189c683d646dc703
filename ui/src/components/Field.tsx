import { useId, type ReactNode } from "react";

interface Props {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  children: (ids: { id: string; describedBy: string }) => ReactNode;
}

/** A labelled control with a hint and an error, tied together for screen readers. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const describedBy = `${id}-hint`;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-small font-medium">{label}</label>
      {children({ id, describedBy })}
      <p id={describedBy} className={`mt-1 text-small ${error ? "text-lost" : "text-muted"} ${error || hint ? "" : "hidden"}`}>{error || hint}</p>
    </div>
  );
}
