import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { commentsQuery } from "@/api/queries";
import { useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { toastError } from "@/components/toasts";
import { ago, moment } from "@/lib/format";

/** What people wrote to a candidate. Shown where several people share a workspace. */
export function Comments({ run, candidate, may }: { run: string; candidate: string; may: boolean }) {
  const session = useSession();
  const client = useQueryClient();
  const shared = session.mode === "accounts";
  const comments = useQuery({ ...commentsQuery(run), enabled: shared });
  const [text, setText] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: commentsQuery(run).queryKey });
  const add = useMutation({
    mutationFn: () => api.post(`/runs/${run}/comments`, { candidate, text }),
    onSuccess: () => {
      setText("");
      refresh();
    },
    onError: toastError,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.delete(`/runs/${run}/comments/${id}`), onSuccess: refresh, onError: toastError });
  if (!shared) return null;
  const own = (comments.data?.items ?? []).filter((comment) => String(comment.candidate).replace(/^c?/, "c") === candidate);
  return (
    <section className="mt-5 border-t border-hairline pt-3">
      <h4 className="label mb-1">Comments</h4>
      <ul>
        {own.map((comment) => (
          <li key={comment.id} className="py-1">
            <span className="font-medium">{comment.name ?? comment.by}</span> <span className="text-small text-muted" title={moment(comment.at)}>{ago(comment.at)}</span>
            {comment.by === session.user?.id ? <button type="button" className="link ml-2 text-small text-muted" onClick={() => remove.mutate(comment.id)}>delete</button> : null}
            <p className="break-words whitespace-pre-wrap" dir="auto">{comment.text}</p>
          </li>
        ))}
      </ul>
      {may ? (
        <form
          className="mt-1 flex items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) add.mutate();
          }}
        >
          <textarea aria-label="Comment" rows={2} className="field" value={text} onChange={(event) => setText(event.target.value)} />
          <Button type="submit" busy={add.isPending} disabled={!text.trim()}>Send</Button>
        </form>
      ) : null}
    </section>
  );
}
