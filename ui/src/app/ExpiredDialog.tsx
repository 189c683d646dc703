import { useQueryClient } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { setConnection, useConnection } from "@/api/connection";
import { Dialog } from "@/components/Dialog";
import { SignInForm } from "./SignInForm";
import { useSession } from "./useSession";

/** The session ended: sign in again over the page, which stays as it is. */
export function ExpiredDialog() {
  const { expired } = useConnection();
  const client = useQueryClient();
  const session = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  if (!expired || path === "/sign-in" || path === "/join") return null;
  if (session.mode !== "accounts") {
    return (
      <Dialog open title="This page lost its session" onClose={() => setConnection({ expired: false })}>
        <p>Open the address that <code className="font-mono">clade serve</code> printed once more: it holds the key to this server.</p>
      </Dialog>
    );
  }
  return (
    <Dialog open title="Your session ended" onClose={() => setConnection({ expired: false })}>
      <p className="mb-4 text-muted">Sign in again; this page stays as it is.</p>
      <SignInForm login={session.user?.login} onDone={() => void client.invalidateQueries()} />
    </Dialog>
  );
}
