import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { ApiError } from "@/api/ApiError";
import { api } from "@/api/client";
import { useMay } from "@/app/useSession";
import { dismissToast, toast, toastError } from "@/components/toasts";
import { ClashDialog } from "./ClashDialog";

/** A bundle dropped onto the page is imported and opened. */
export function DropBundle({ workspace, children }: { workspace: string; children: ReactNode }) {
  const navigate = useNavigate();
  const may = useMay(workspace);
  const [over, setOver] = useState(false);
  const [clash, setClash] = useState<{ file: File; run: string } | null>(null);
  if (!may("create_runs")) return <>{children}</>;
  const take = (file: File) => {
    const reading = toast(`Reading ${file.name}`);
    api
      .post<{ run: string }>(`/workspaces/${workspace}/runs/import`, file)
      .then(({ run }) => void navigate({ to: "/runs/$run", params: { run } }), (error: unknown) => {
        const run = error instanceof ApiError && error.status === 409 ? /^run `([a-z0-9-]+)` exists/.exec(error.message)?.[1] : undefined;
        if (run) setClash({ file, run });
        // what the server says to do next is for programs
        else if (error instanceof ApiError && error.status === 422) toast(error.message, { tone: "lost", fix: "A bundle is what Export in a run’s header gives as “The whole run”: a file .clade.tar.zst." });
        else toastError(error);
      })
      .finally(() => dismissToast(reading));
  };
  return (
    <div
      className={`flex min-h-0 flex-1 flex-col ${over ? "outline-2 -outline-offset-4 outline-dashed outline-accent" : ""}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        // a field that takes files has taken this one
        if (event.defaultPrevented) return;
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (file) take(file);
      }}
    >
      {children}
      {clash ? <ClashDialog workspace={workspace} file={clash.file} run={clash.run} onClose={() => setClash(null)} onDone={(run) => { setClash(null); void navigate({ to: "/runs/$run", params: { run } }); }} /> : null}
    </div>
  );
}
