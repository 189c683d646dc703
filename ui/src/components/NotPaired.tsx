interface Props {
  /** The reason, as the server says it. */
  why: string | null | undefined;
  className?: string;
}

/** Why two scores are not held against each other; nothing where they are. */
export function NotPaired({ why, className = "" }: Props) {
  return why ? <p className={`border-l-4 border-hairline pl-3 text-muted ${className}`}>{why.charAt(0).toUpperCase() + why.slice(1)}.</p> : null;
}
