import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { api } from "@/api/client";
import { toastError } from "@/components/toasts";
import { useSession } from "./useSession";

/** Who is signed in, their workspaces, and the way out. */
export function UserMenu({ workspace }: { workspace: string | undefined }) {
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: MouseEvent | KeyboardEvent) => {
      const menu = ref.current;
      if (!menu?.open) return;
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !menu.contains(event.target as Node)) menu.open = false;
    };
    addEventListener("click", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("click", close);
      removeEventListener("keydown", close);
    };
  }, []);
  if (session.mode !== "accounts" || !session.user) {
    return session.mode === "accounts" ? <Link to="/sign-in" className="link px-2">Sign in</Link> : null;
  }
  const item = "block w-full px-3 py-1.5 text-left hover:bg-hover";
  return (
    <details ref={ref} className="relative">
      <summary className="list-none rounded px-2 py-1 hover:bg-hover">{session.user.name || session.user.login}</summary>
      <div className="absolute right-0 z-30 mt-1 w-56 rounded border border-hairline bg-panel py-1" onClick={() => ref.current && (ref.current.open = false)}>
        {session.workspaces.map((one) => (
          <Link key={one.id} to="/w/$ws" params={{ ws: one.id }} className={item}>
            <span className={one.id === workspace ? "font-medium" : ""}>{one.name}</span> <span className="text-muted">{one.role}</span>
          </Link>
        ))}
        <hr className="my-1 border-hairline" />
        <Link to="/account" className={item}>Account and tokens</Link>
        {session.user.instance_admin ? <Link to="/people" className={item}>People and workspaces</Link> : null}
        <button
          type="button"
          className={item}
          onClick={() => {
            api.delete("/session").then(() => {
              client.clear();
              void navigate({ to: "/sign-in" });
            }, toastError);
          }}
        >
          Sign out
        </button>
      </div>
    </details>
  );
}
