import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, setCsrf } from "@/api/client";
import { setConnection } from "@/api/connection";
import { sessionQuery } from "@/api/queries";
import type { Session } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { TextField } from "@/components/TextField";

/** Login and password; used by the sign-in page and by the dialog over a page whose session ended. */
export function SignInForm({ login: known = "", onDone }: { login?: string; onDone: (session: Session) => void }) {
  const client = useQueryClient();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(null);
        api
          .post<Session>("/session", { login, password })
          .then((session) => {
            setCsrf(session.csrf);
            client.setQueryData(sessionQuery.queryKey, session);
            setConnection({ expired: false });
            onDone(session);
          })
          .catch(setError)
          .finally(() => setBusy(false));
      }}
    >
      <TextField label="Login" autoComplete="username" autoFocus required value={login} onChange={setLogin} />
      <TextField label="Password" type="password" autoComplete="current-password" required value={password} onChange={setPassword} />
      {error ? <ErrorNote error={error} /> : null}
      <Button type="submit" kind="primary" busy={busy}>Sign in</Button>
    </form>
  );
}
