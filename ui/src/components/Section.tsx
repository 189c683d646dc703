import type { ReactNode } from "react";

/** A part of a settings page: what it is, what it means, and the thing itself. */
export function Section({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <section className="mb-10 max-w-4xl">
      <h2 className="plate">{title}</h2>
      {about ? <p className="mb-3 max-w-2xl text-muted">{about}</p> : <div className="mb-2" />}
      {children}
    </section>
  );
}
