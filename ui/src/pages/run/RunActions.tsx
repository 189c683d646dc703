import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { commentsQuery, runQuery } from "@/api/queries";
import type { RunDetail } from "@/api/types";
import { offerCommands } from "@/app/commands";
import { typing } from "@/app/shortcuts";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { toast, toastError } from "@/components/toasts";
import { BranchDialog } from "./BranchDialog";
import { BudgetDialog } from "./BudgetDialog";
import { useHasComments } from "./Comments";
import { CommentsDialog } from "./CommentsDialog";
import { ExportDialog } from "./ExportDialog";
import { resumed, stopping } from "./rests";
import { ShareDialog } from "./ShareDialog";
import { SnapshotDialog } from "./SnapshotDialog";
import { steerable } from "./steerable";
import { SteerDialog } from "./SteerDialog";

/** What may be done to a run, by who looks at it. */
export function RunActions({ detail }: { detail: RunDetail }) {
  const { run, actions } = detail;
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"branch" | "export" | "budget" | "comments" | "snapshot" | "share" | "steer" | null>(null);
  const control = useMutation({
    mutationFn: (what: "start" | "pause" | "stop") => api.post(`/runs/${run.run}/${what}`),
    onSuccess: async (_, what) => {
      void client.invalidateQueries({ queryKey: ["run", run.run] });
      if (what === "start") {
        // a run that can buy nothing rests again within moments
        await new Promise((done) => setTimeout(done, 800));
        const after = await client.fetchQuery({ ...runQuery(run.run), staleTime: 0 }).catch(() => null);
        const text = after ? resumed(after.run) : "It goes on.";
        toast(text, text.startsWith("It rests") ? { tone: "lost" } : {});
      } else toast({ pause: "Pausing: calls in flight may end.", stop: run.mode === "optimize" ? "Stopping: it chooses and proves with what it has." : "Stopping: calls in flight may end." }[what]);
    },
    onError: toastError,
  });
  const restore = useMutation({ mutationFn: () => api.post(`/runs/${run.run}/restore`), onSuccess: () => void client.invalidateQueries(), onError: toastError });
  const remove = useMutation({
    mutationFn: () => api.delete(`/runs/${run.run}`),
    onSuccess: () => {
      toast(`Run ${run.run} is deleted.`, { undo: () => restore.mutate() });
      void client.invalidateQueries();
      void navigate({ to: "/w/$ws", params: { ws: detail.workspace } });
    },
    onError: toastError,
  });
  const hasComments = useHasComments(run.run);
  const comments = useQuery({ ...commentsQuery(run.run), enabled: hasComments, refetchInterval: 30_000 });
  const may = (action: string) => actions.includes(action);
  const close = () => setOpen(null);
  const next = run.deleted || !may("control_runs") ? null : run.status === "running" ? "pause" : run.status === "paused" || run.status === "failed" ? "start" : null;
  const end = may("control_runs") ? stopping(detail) : null;
  const what = run.mode === "optimize" ? "search" : "evaluation";
  const turn = useRef<() => void>(() => undefined);
  turn.current = () => void (next && !control.isPending && control.mutate(next));
  useEffect(() => {
    if (!next) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "p" || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      turn.current();
    };
    addEventListener("keydown", onKey);
    const withdraw = offerCommands("run", [{ id: "r-turn", text: next === "pause" ? "Run: pause" : "Run: resume", hint: "p", run: () => turn.current() }]);
    return () => {
      removeEventListener("keydown", onKey);
      withdraw();
    };
  }, [next]);
  if (run.deleted) return may("delete_runs") ? <Button kind="primary" busy={restore.isPending} onClick={() => restore.mutate()}>Restore</Button> : null;
  return (
    <div className="flex flex-wrap gap-2">
      {next === "pause" ? <Button busy={control.isPending} title="Pause (p)" onClick={() => control.mutate("pause")}>Pause</Button> : null}
      {next === "start" ? <Button kind="primary" busy={control.isPending} title="Resume (p)" onClick={() => control.mutate("start")}>Resume</Button> : null}
      {end ? (
        <Confirm label="Stop" title={`Stop the ${what}?`} confirm={`Stop the ${what}`} onConfirm={() => control.mutate("stop")}>
          {end}
        </Confirm>
      ) : null}
      {may("control_runs") && run.status !== "finished" ? <Button onClick={() => setOpen("budget")}>Budget</Button> : null}
      {may("edit_runs") && steerable(detail) ? <Button onClick={() => setOpen("steer")}>Steer</Button> : null}
      {may("create_runs") && run.mode === "optimize" ? <Button onClick={() => setOpen("branch")}>Branch</Button> : null}
      {may("edit_runs") ? <Button onClick={() => setOpen("snapshot")}>Snapshot</Button> : null}
      {may("read_runs") ? <Button onClick={() => setOpen("export")}>Export</Button> : null}
      {hasComments ? <Button onClick={() => setOpen("comments")}>Comments{comments.data?.items.length ? <span className="text-muted">{comments.data.items.length}</span> : null}</Button> : null}
      {may("share_runs") ? <Button onClick={() => setOpen("share")}>Share</Button> : null}
      {may("delete_runs") && run.status !== "running" ? (
        <Confirm label="Delete" title="Delete this run?" confirm="Delete the run" onConfirm={() => remove.mutate()}>
          It leaves every list. What it paid for stays in the account, and an admin can restore it.
        </Confirm>
      ) : null}
      {open === "branch" ? <BranchDialog run={run.run} onClose={close} /> : null}
      {open === "budget" ? <BudgetDialog detail={detail} onClose={close} /> : null}
      {open === "snapshot" ? <SnapshotDialog run={run.run} onClose={close} /> : null}
      {open === "comments" ? <CommentsDialog detail={detail} onClose={close} /> : null}
      {open === "share" ? <ShareDialog run={run.run} onClose={close} /> : null}
      {open === "steer" ? <SteerDialog run={run.run} onClose={close} /> : null}
      {open === "export" ? <ExportDialog run={run.run} onClose={close} /> : null}
    </div>
  );
}
