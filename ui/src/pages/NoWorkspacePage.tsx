import { HowToGetIn } from "@/app/HowToGetIn";
import { useGoOn } from "@/app/useGoOn";
import { useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";

/** Someone who is signed in but in no workspace yet, or whom a server without accounts has not let in. */
export function NoWorkspacePage() {
  const session = useSession();
  const goOn = useGoOn();
  if (session.mode !== "accounts") {
    return <EmptyState title="This page has no session" actions={<Button kind="primary" onClick={goOn}>Go on</Button>}><HowToGetIn /></EmptyState>;
  }
  return (
    <EmptyState title="You are in no workspace yet">
      Ask whoever runs this server for an invitation. It is a link; opening it is all there is to do.
    </EmptyState>
  );
}
