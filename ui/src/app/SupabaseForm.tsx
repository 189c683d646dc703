import { useState } from "react";
import { api } from "@/api/client";
import type { Session, SignedUp } from "@/api/types";
import { Button, buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { TextField } from "@/components/TextField";
import { useArrival } from "./useArrival";

/** Address and password at the Supabase project, mails instead of a password, and the providers that the project knows. */
export function SupabaseForm({ providers, page, onDone }: { providers: string[]; page: string; onDone: (session: Session) => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [mailed, setMailed] = useState(false);
  const { arrive, busy, error } = useArrival(onDone);
  const mail = async (path: string) => {
    await api.post(path, { email });
    setMailed(true);
    return null;
  };
  const signUp = async () => {
    const made = await api.post<SignedUp>("/session/supabase/people", { email, password });
    setMailed(made.mail_sent);
    return made.session;
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        arrive(api.post<Session>("/session/supabase", { email, password }));
      }}
    >
      <TextField label="E-mail" type="email" autoComplete="username" required value={email} onChange={setEmail} />
      <TextField label="Password" type="password" autoComplete="current-password" required value={password} onChange={setPassword} />
      {error ? <ErrorNote error={error} /> : null}
      {mailed ? <p role="status">Look into your mail, and open the link in this browser.</p> : null}
      <Button type="submit" kind="primary" busy={busy}>Sign in</Button>
      <div className="flex flex-wrap gap-1">
        <Button kind="quiet" disabled={!email || !password || busy} onClick={() => arrive(signUp())}>Create an account</Button>
        <Button kind="quiet" disabled={!email || busy} onClick={() => arrive(mail("/session/supabase/link"))}>Mail me a link</Button>
        <Button kind="quiet" disabled={!email || busy} onClick={() => arrive(mail("/session/supabase/recovery"))}>Forgot the password</Button>
      </div>
      {providers.map((provider) => (
        <a key={provider} className={buttonClass()} href={`/sign-in/supabase/${encodeURIComponent(provider)}?to=${page}`}>Sign in with {provider}</a>
      ))}
    </form>
  );
}
