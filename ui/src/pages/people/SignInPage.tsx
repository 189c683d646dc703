import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Mark } from "@/app/Mark";
import { SignInForm } from "@/app/SignInForm";
import { useSession } from "@/app/useSession";

export function SignInPage() {
  const { to } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const navigate = useNavigate();
  const session = useSession();
  return (
    <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-6 py-16">
      <div className="mb-6 flex items-center gap-2"><Mark /><h1 className="font-serif text-[1.625rem]">Promptclade</h1></div>
      <SignInForm
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
