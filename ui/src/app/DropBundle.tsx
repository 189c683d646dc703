import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { api } from "@/api/client";
import { useMay } from "@/app/useSession";
import { dismissToast, toast, toastError } from "@/components/toasts";

/** A bundle dropped onto the page is imported and opened. */
export function DropBundle({ workspace, children }: { workspace: string; children: ReactNode }) {
  const navigate = useNavigate();
  const may = useMay(workspace);
  const [over, setOver] = useState(false);
  if (!may("create_runs")) return <>{children}</>;
  const take = (file: File) => {
    const reading = toast(`Reading ${file.name}`);
    api
      .post<{ run: string }>(`/workspaces/${workspace}/runs/import`, file)
      .then(({ run }) => void navigate({ to: "/runs/$run", params: { run } }), toastError)
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
    </div>
  );
}
