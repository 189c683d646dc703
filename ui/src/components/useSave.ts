import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { ApiError } from "@/api/ApiError";
import { toast, toastError } from "./toasts";

/** A write that says when it is done, and fetches anew what it changed. Where someone else was faster, that is said and shown. */
export function useSave<A, R>(write: (input: A) => Promise<R>, { keys, done, after }: { keys: QueryKey[]; done?: string; after?: (result: R, input: A) => void }) {
  const client = useQueryClient();
  const refresh = () => keys.forEach((queryKey) => void client.invalidateQueries({ queryKey }));
  return useMutation({
    mutationFn: write,
    onSuccess: (result, input) => {
      refresh();
      if (done) toast(done);
      after?.(result, input);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === 412) {
        refresh();
        toast("Somebody changed this before you.", { tone: "lost", fix: "It is shown as it is now; make your change again." });
      } else toastError(error);
    },
  });
}
