import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "@/api/client";
import { Button } from "@/components/Button";
import { toastError } from "@/components/toasts";

/** Starts a simulated run and opens its lineage. */
export function DemoButton({ workspace, kind }: { workspace: string; kind?: "primary" }) {
  const navigate = useNavigate();
  const demo = useMutation({
    mutationFn: () => api.post<{ run: string }>(`/workspaces/${workspace}/runs/demo`),
    onSuccess: ({ run }) => void navigate({ to: "/runs/$run", params: { run } }),
    onError: toastError,
  });
  return <Button kind={kind} busy={demo.isPending} onClick={() => demo.mutate()}>Try the demo</Button>;
}
