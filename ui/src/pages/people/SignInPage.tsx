import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Mark } from "@/app/Mark";
import { SignInForm } from "@/app/SignInForm";
import { useSession } from "@/app/useSession";
import { ErrorNote } from "@/components/ErrorNote";

/** What became of a sign-in elsewhere, by the kind of problem that the server names. */
const FAILED: Record<string, string> = {
  identity_away: "The identity provider does not answer. Try again soon; a password of this server works meanwhile.",
  identity_wrong: "The identity provider answers wrongly. Whoever keeps this server should look at clade doctor.",
  refused: "The identity provider does not let you in here.",
  taken: "Your address has an account here with a password. Sign in with that, or ask who keeps this server to hand it over.",
  disabled: "This account may not sign in. Ask an admin.",
  stale: "This sign-in was begun in another browser, or too long ago. Begin it again; open links of mails in the browser that asked for them.",
  token: "The identity provider’s token is not accepted. The server’s log says why; its clock may be wrong.",
};

export function SignInPage() {
  const { to, failed } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const navigate = useNavigate();
  const session = useSession();
  return (
    <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-6 py-16">
      <div className="mb-6 flex items-center gap-2"><Mark /><h1 className="font-serif text-[1.625rem]">Promptclade</h1></div>
      {failed ? <ErrorNote className="mb-4" error={FAILED[failed] ?? "That did not work. The server’s log has the details."} /> : null}
      <SignInForm
        to={to ?? "/"}
        onDone={() => {
          // only ever to a page of this server
          const target = to?.startsWith("/") && !to.startsWith("//") ? to : "/";
          void router.invalidate().then(() => navigate({ to: target }));
        }}
      />
      <p className="mt-6 text-muted">
        No account? Ask a member of a workspace for an invitation link. On a new server, whoever runs it makes the first account: <code className="font-mono text-small">clade user add LOGIN --admin</code>
      </p>
      <p className="mt-6 text-label text-muted">version {session.version}</p>
    </div>
  );
}
