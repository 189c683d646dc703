import { useQueryClient } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { setConnection, useConnection } from "@/api/connection";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { HowToGetIn } from "./HowToGetIn";
import { SignInForm } from "./SignInForm";
import { useGoOn } from "./useGoOn";
import { useSession } from "./useSession";

/** The session ended: sign in again over the page, which stays as it is. */
export function ExpiredDialog() {
  const { expired } = useConnection();
  const client = useQueryClient();
  const goOn = useGoOn();
  const session = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  if (!expired || path === "/sign-in" || path === "/join") return null;
  if (session.mode !== "accounts") {
    return (
      <Dialog open title="This page has no session" onClose={() => setConnection({ expired: false })} actions={<Button kind="primary" onClick={goOn}>Go on</Button>}>
        <HowToGetIn />
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
