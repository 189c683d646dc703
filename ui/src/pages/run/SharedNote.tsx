import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { lookAsOneself } from "@/api/share";
import { useSession } from "@/app/useSession";

/** Says that this run is looked at through a link, and lets whoever is signed in look as themselves. */
export function SharedNote({ run }: { run: string }) {
  const session = useSession();
  const client = useQueryClient();
  const router = useRouter();
  const leave = () => {
    lookAsOneself(run);
    client.removeQueries({ queryKey: ["run", run] });
    void router.invalidate();
  };
  return (
    <p className="border-b border-hairline bg-hover px-4 py-1.5 text-muted sm:px-6">
      You see this run through a link: read only, and nothing else.
      {session.user ? <button type="button" className="link ml-2" onClick={leave}>Look as yourself</button> : null}
    </p>
  );
}
