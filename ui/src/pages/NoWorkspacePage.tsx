import { EmptyState } from "@/components/EmptyState";

/** Someone who is signed in but in no workspace yet. */
export function NoWorkspacePage() {
  return (
    <EmptyState title="You are in no workspace yet">
      Ask whoever runs this server for an invitation. It is a link; opening it is all there is to do.
    </EmptyState>
  );
}
