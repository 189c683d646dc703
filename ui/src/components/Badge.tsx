import type { ReactNode } from "react";

interface Props {
  tone?: "plain" | "accent" | "lost";
  children: ReactNode;
  title?: string;
}

export function Badge({ tone = "plain", children, title }: Props) {
  const tones = { plain: "border-hairline text-muted", accent: "border-accent text-accent", lost: "border-lost text-lost" };
  return (
    <span title={title} className={`inline-block rounded border px-1.5 text-label leading-[1.125rem] whitespace-nowrap ${tones[tone]}`}>
      {children}
    </span>
  );
}
