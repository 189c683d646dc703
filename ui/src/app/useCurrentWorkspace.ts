import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { runQuery } from "@/api/queries";
import { shareOf } from "@/api/share";
import type { RunDetail } from "@/api/types";
import { preferredWorkspace } from "./workspaceChoice";
import { useSession } from "./useSession";

/** The workspace of the page: by its address, by its run, or the one looked at last; none where a run is seen through a link. */
export function useCurrentWorkspace(): string | undefined {
  const { ws, run } = useParams({ strict: false }) as { ws?: string; run?: string };
  const client = useQueryClient();
  const session = useSession();
  if (ws) return ws;
  if (shareOf(run)) return undefined;
  const detail = run ? client.getQueryData<RunDetail>(runQuery(run).queryKey) : undefined;
  return detail?.workspace ?? preferredWorkspace(session);
}
