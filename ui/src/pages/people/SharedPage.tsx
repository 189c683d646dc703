import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { lookThrough } from "@/api/share";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";

/** A link that shows a run. Its secret stands behind `#`, so that no server log holds it. */
export function SharedPage() {
  const [secret] = useState(() => location.hash.slice(1));
  const client = useQueryClient();
  const look = useQuery({
    queryKey: ["share", secret],
    queryFn: async () => {
      const found = await api.post<{ run: string }>("/shares/look", { secret });
      lookThrough(found.run, secret);
      client.removeQueries({ queryKey: ["run", found.run] });
      return found;
    },
    enabled: secret !== "",
    retry: false,
    staleTime: Infinity,
  });
  if (!secret) return <EmptyState title="This link is not whole">A link to a run ends with a long secret behind a # sign. Copy the whole link.</EmptyState>;
  if (look.error) return <EmptyState title="This link shows nothing"><ErrorNote error={look.error} /></EmptyState>;
  if (!look.data) return <Loading what="Opening the run" />;
  return <Navigate to="/runs/$run" params={{ run: look.data.run }} replace />;
}
