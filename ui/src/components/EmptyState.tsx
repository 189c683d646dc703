import type { ReactNode } from "react";

/** What there is to do where there is nothing to see. */
export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="mx-auto max-w-xl py-16 text-center">
      <h2 className="plate">{title}</h2>
      {children ? <div className="mt-2 text-muted">{children}</div> : null}
      {actions ? <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
