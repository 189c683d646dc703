import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, leaveNow } from "@/api/client";
import { commentsQuery, membersQuery } from "@/api/queries";
import type { Comment, Member } from "@/api/types";
import { shareOf } from "@/api/share";
import { useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { MentionField } from "@/components/MentionField";
import { toastError } from "@/components/toasts";
import { ago, moment } from "@/lib/format";
import { deleteLater, takeBack, useHidden } from "@/lib/undoable";

interface Props {
  run: string;
  workspace: string | undefined;
  /** About which candidate; about the run where it is left out. */
  candidate?: string;
  may: boolean;
}

/** Whether people write to each other here: where several share the server, and not through a link. */
export function useHasComments(run: string): boolean {
  const session = useSession();
  return session.mode === "accounts" && !shareOf(run);
}

/** The comments about a run, or about one candidate. */
export const commentsOn = (all: readonly Comment[], candidate: string | undefined) =>
  all.filter((comment) => (comment.candidate === null ? undefined : String(comment.candidate).replace(/^c?/, "c")) === candidate);

/** What people wrote to a candidate or a run, and a field that names others with `@`. */
export function Comments({ run, workspace, candidate, may }: Props) {
  const session = useSession();
  const client = useQueryClient();
  const has = useHasComments(run);
  const comments = useQuery({ ...commentsQuery(run), enabled: has });
  const members = useQuery({ ...membersQuery(workspace ?? ""), enabled: has && Boolean(workspace), staleTime: 60_000 });
  const [text, setText] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: commentsQuery(run).queryKey });
  const add = useMutation({
    mutationFn: () => api.post(`/runs/${run}/comments`, { ...(candidate ? { candidate } : {}), text }),
    onSuccess: () => {
      setText("");
      refresh();
    },
    onError: toastError,
  });
  const hidden = useHidden();
  const remove = (id: string) => {
    const path = `/runs/${run}/comments/${id}`;
    const act = () =>
      api.delete(path).then(refresh, (error: unknown) => {
        toastError(error);
        throw error;
      });
    deleteLater(id, act, () => leaveNow(path));
  };
  if (!has) return null;
  const people = members.data?.items ?? [];
  const own = commentsOn(comments.data?.items ?? [], candidate);
  return (
    <section aria-label="Comments">
      <ul>
        {own.map((comment) => (hidden.has(comment.id) ? (
          <li key={comment.id} role="status" className="flex items-center gap-2 py-1 text-muted">The comment is deleted. {hidden.get(comment.id) ? <Button onClick={() => takeBack(comment.id)}>Undo</Button> : null}</li>
        ) : (
          <li key={comment.id} className="py-1">
            <span className="font-medium">{comment.name || comment.by}</span> <span className="text-small text-muted" title={moment(comment.at)}>{ago(comment.at)}</span>
            {comment.by === session.user?.id ? <span className="ml-2"><Button onClick={() => remove(comment.id)}>Delete</Button></span> : null}
            <p className="break-words whitespace-pre-wrap" dir="auto"><WithMentions comment={comment} people={people} /></p>
          </li>
        )))}
      </ul>
      {may ? (
        <form
          className="mt-1 flex items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) add.mutate();
          }}
        >
          <MentionField label="Comment" value={text} onChange={setText} people={people.filter((one) => one.user !== session.user?.id)} />
          <Button type="submit" busy={add.isPending} disabled={!text.trim()}>Send</Button>
        </form>
      ) : null}
    </section>
  );
}

/** A comment's text with the names of people in it set off. */
function WithMentions({ comment, people }: { comment: Comment; people: readonly Member[] }) {
  const named = people.filter((one) => comment.mentions.includes(one.user)).map((one) => one.login.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!named.length) return comment.text;
  named.sort((a, b) => b.length - a.length);
  return comment.text.split(new RegExp(`(@(?:${named.join("|")})(?![\\p{L}\\p{N}]))`, "giu")).map((part, at) => (at % 2 ? <b key={at} className="font-medium text-accent">{part}</b> : part));
}
