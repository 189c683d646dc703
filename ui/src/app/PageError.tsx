import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { ApiError } from "@/api/ApiError";
import { Button, buttonClass } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";

/** A page that could not be shown: what is missing, and where to go. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const home = <Link to="/" className={buttonClass()}>Runs</Link>;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState title="This is not here" actions={home}>
        It was deleted, it never was, or it belongs to a workspace you are not a member of.
      </EmptyState>
    );
  }
  return (
    <div className="mx-auto flex max-w-xl flex-col gap-4 py-16">
      <ErrorNote error={error} />
      <div className="flex gap-2">
        <Button
          onClick={() => {
            reset();
            void router.invalidate();
          }}
        >
          Try again
        </Button>
        {home}
      </div>
    </div>
  );
}
