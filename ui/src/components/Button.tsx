import type { ButtonHTMLAttributes, Ref } from "react";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One primary button a view; `danger` asks twice elsewhere; `quiet` has no frame. */
  kind?: "plain" | "primary" | "danger" | "quiet";
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export const buttonClass = (kind: ButtonProps["kind"] = "plain") => {
  const base = "inline-flex items-center justify-center gap-1.5 rounded px-2.5 min-h-7 text-body font-medium whitespace-nowrap border disabled:opacity-50";
  const kinds = {
    plain: "bg-panel border-hairline text-ink hover:bg-hover",
    primary: "bg-accent border-accent text-on-accent hover:opacity-90",
    danger: "bg-panel border-lost text-lost hover:bg-lost-soft",
    quiet: "bg-transparent border-transparent text-ink hover:bg-hover",
  };
  return `${base} ${kinds[kind]}`;
};

export function Button({ kind = "plain", busy, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" aria-busy={busy || undefined} {...rest} disabled={rest.disabled || busy} className={`${buttonClass(kind)} ${className}`}>
      {children}
    </button>
  );
}
