import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { Button } from "./Button";
import { currentToasts, dismissToast, subscribeToasts } from "./toasts";

/** What happened, on a strip of its own below the page: it takes its room and lies over no button. */
export function Toasts() {
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts);
  return (
    <div role="status" aria-live="polite" className="sticky bottom-0 z-40 flex flex-col">
      {toasts.map((toast) => (
        <div key={toast.id} className={`flex items-center gap-3 border-t bg-panel px-4 py-2 sm:px-6 ${toast.tone === "lost" ? "border-lost" : "border-hairline"}`}>
          <div className="min-w-0 flex-1 break-words">
            {toast.tone === "lost" ? <span aria-hidden="true" className="mr-2 text-lost">✕</span> : null}
            <span>{toast.text}</span>
            {toast.fix ? <span className="block text-muted">{toast.fix}</span> : null}
            {toast.run ? <Link to="/runs/$run" params={{ run: toast.run }} className="link ml-2" onClick={() => dismissToast(toast.id)}>Open it</Link> : null}
          </div>
          {toast.undo ? (
            <Button
              onClick={() => {
                toast.undo?.();
                dismissToast(toast.id);
              }}
            >
              Undo
            </Button>
          ) : null}
          <button type="button" aria-label="Dismiss" className="min-h-7 min-w-7 rounded text-muted hover:bg-hover hover:text-ink" onClick={() => dismissToast(toast.id)}>✕</button>
        </div>
      ))}
    </div>
  );
}
