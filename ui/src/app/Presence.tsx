import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, leaveNow } from "@/api/client";
import type { Page, Present } from "@/api/types";
import { useSession } from "./useSession";

/** Who else has a page of this workspace open, and the run they look at. Only where several people share the server. */
export function Presence({ workspace }: { workspace: string }) {
  const session = useSession();
  const navigate = useNavigate();
  const { run } = useParams({ strict: false }) as { run?: string };
  const here = useQuery({
    queryKey: ["presence", workspace, run ?? null],
    queryFn: ({ signal }) => api.post<Page<Present>>(`/workspaces/${workspace}/presence`, run ? { run } : {}, { signal }),
    refetchInterval: 20_000,
    placeholderData: (before) => before,
    retry: false,
  });
  useEffect(() => {
    const leave = () => leaveNow(`/workspaces/${workspace}/presence`);
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [workspace]);
  const others = (here.data?.items ?? []).filter((one) => one.user !== session.user?.id);
  if (!others.length) return null;
  return (
    <ul aria-label="Here now" className="mr-1 flex -space-x-1">
      {others.slice(0, 5).map((one) => {
        const together = one.run !== null && one.run === run;
        const text = `${one.name}${together ? ", at this run too" : one.run ? `, at run ${one.run}` : ""}`;
        const face = `flex size-6 items-center justify-center rounded-full border bg-panel text-[0.625rem] font-semibold ${together ? "border-accent text-accent" : "border-hairline text-muted"}`;
        return (
          <li key={one.user} title={text}>
            {one.run && !together ? (
              <button type="button" aria-label={text} className={face} onClick={() => void navigate({ to: "/runs/$run", params: { run: one.run ?? "" } })}>{initials(one.name)}</button>
            ) : <span role="img" aria-label={text} className={face}>{initials(one.name)}</span>}
          </li>
        );
      })}
      {others.length > 5 ? <li className="pl-2 text-small text-muted">+{others.length - 5}</li> : null}
    </ul>
  );
}

/** Two letters for a name: of its first and last word, or the first two of a single one. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...(word ?? "")][0] ?? "") : [...(words[0] ?? "")].slice(0, 2);
  return letters.join("").toUpperCase();
}
