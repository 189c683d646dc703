import { useState } from "react";
import { api } from "@/api/client";
import type { Session } from "@/api/types";
import { Button, buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { TextField } from "@/components/TextField";
import { SupabaseForm } from "./SupabaseForm";
import { useArrival } from "./useArrival";
import { useSession } from "./useSession";

interface Props {
  /** The login that is known already. */
  login?: string;
  /** The page that was wanted. */
  to?: string;
  onDone: (session: Session) => void;
}

/** Every way to sign in that the server has; used by the sign-in page and by the dialog over a page whose session ended. */
export function SignInForm({ login, to = location.pathname + location.search, onDone }: Props) {
  const { ways } = useSession();
  const here = <PasswordForm login={login} onDone={onDone} />;
  const page = encodeURIComponent(to);
  return (
    <div className="flex flex-col gap-4">
      {ways.oidc ? <a className={buttonClass("primary")} href={`/sign-in/oidc?to=${page}`}>Sign in with {ways.oidc}</a> : null}
      {ways.supabase ? <SupabaseForm providers={ways.supabase.providers} page={page} onDone={onDone} /> : null}
      {ways.oidc || ways.supabase ? (
        <details>
          <summary className="text-muted">Sign in with a password of this server</summary>
          <div className="mt-3">{here}</div>
        </details>
      ) : here}
    </div>
  );
}

/** Login and password of this server. */
function PasswordForm({ login: known = "", onDone }: Pick<Props, "login" | "onDone">) {
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const { arrive, busy, error } = useArrival(onDone);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        arrive(api.post<Session>("/session", { login, password }));
      }}
    >
      <TextField label="Login" autoComplete="username" autoFocus required value={login} onChange={setLogin} />
      <TextField label="Password" type="password" autoComplete="current-password" required value={password} onChange={setPassword} />
      {error ? <ErrorNote error={error} /> : null}
      <Button type="submit" kind="primary" busy={busy}>Sign in</Button>
    </form>
  );
}
