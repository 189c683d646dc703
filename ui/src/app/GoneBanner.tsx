import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useConnection } from "@/api/connection";
import { sessionQuery } from "@/api/queries";
import { Button } from "@/components/Button";

const ask = (client: QueryClient) => client.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false });

/** Says that the server is gone, and tries again with growing waits. What was typed stays where it is. */
export function GoneBanner() {
  const { gone } = useConnection();
  const client = useQueryClient();
  const router = useRouter();
  const [attempt, setAttempt] = useState(0);
  const wait = Math.min(30, 2 ** Math.min(attempt, 5));
  useEffect(() => {
    if (!gone) return;
    setAttempt(0);
    // whichever request was answered first: the others are asked again
    return () => {
      void client.invalidateQueries();
      void router.invalidate();
    };
  }, [client, router, gone]);
  useEffect(() => {
    if (!gone) return;
    const timer = setTimeout(() => void ask(client).catch(() => setAttempt((before) => before + 1)), wait * 1000);
    return () => clearTimeout(timer);
  }, [client, gone, attempt, wait]);
  if (!gone) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 border-b border-lost bg-lost-soft px-5 py-2">
      <span>The server does not answer. Nothing you typed is lost; trying again every {wait} s. If it was stopped, start it with <code className="font-mono text-small">clade serve</code>.</span>
      <Button onClick={() => void ask(client).catch(() => undefined)}>Try now</Button>
    </div>
  );
}
