import type { ReactNode } from "react";

interface Props {
  title: string;
  about?: ReactNode;
  /** Where what it holds needs the width of the page: it stands below its title. */
  wide?: boolean;
  children: ReactNode;
}

/** A part of a settings page: what it is and means, and beside it, or below it in a narrow window, the thing itself. */
export function Section({ title, about, wide = false, children }: Props) {
  return (
    <section className={`border-t border-rule py-6 first-of-type:border-t-0 first-of-type:pt-0 ${wide ? "" : "lg:grid lg:grid-cols-[16rem_minmax(0,60rem)] lg:gap-x-12"}`}>
      <div className="mb-3 max-w-2xl">
        <h2 className="plate">{title}</h2>
        {about ? <div className="mt-0.5 text-muted">{about}</div> : null}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
