import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

/** Asks everything on the page anew, after somebody was let in elsewhere. */
export function useGoOn(): () => void {
  const client = useQueryClient();
  const router = useRouter();
  return () => void client.invalidateQueries().then(() => router.invalidate());
}
