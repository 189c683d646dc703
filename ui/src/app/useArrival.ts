import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setCsrf } from "@/api/client";
import { setConnection } from "@/api/connection";
import { sessionQuery } from "@/api/queries";
import type { Session } from "@/api/types";

/** Signing in: asks, keeps the session that comes, and tells of what went wrong. */
export function useArrival(onDone: (session: Session) => void) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  /** `asked` gives the session, or nothing where there is none yet. */
  const arrive = (asked: Promise<Session | null>) => {
    setBusy(true);
    setError(null);
    asked
      .then((session) => {
        if (!session) return;
        setCsrf(session.csrf);
        client.setQueryData(sessionQuery.queryKey, session);
        setConnection({ expired: false });
        onDone(session);
      })
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return { arrive, busy, error };
}
