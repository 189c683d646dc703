import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { membersQuery } from "./queries";

/** Names of a workspace's members by the ids under which records keep who did something. Who left is in no list, and keeps the id. */
export function useNames(workspace: string, asked = true): Readonly<Record<string, string>> {
  const { data } = useQuery({ ...membersQuery(workspace), enabled: asked, staleTime: 60_000 });
  return useMemo(() => Object.fromEntries((data?.items ?? []).map((member) => [member.user, member.name])), [data]);
}
