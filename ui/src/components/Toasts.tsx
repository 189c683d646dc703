import { useSyncExternalStore } from "react";
import { Button } from "./Button";
import { currentToasts, dismissToast, subscribeToasts } from "./toasts";

export function Toasts() {
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts);
  return (
    <div role="status" aria-live="polite" className="fixed right-4 bottom-4 z-40 flex w-80 max-w-[calc(100vw-32px)] flex-col gap-2">
      {toasts.map((toast) => (
        <div key={toast.id} className={`flex items-start gap-3 rounded border bg-panel p-3 ${toast.tone === "lost" ? "border-lost" : "border-hairline"}`}>
          <div className="min-w-0 flex-1 break-words">
            <p>{toast.text}</p>
            {toast.fix ? <p className="text-muted">{toast.fix}</p> : null}
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
          <button type="button" aria-label="Dismiss" className="text-muted" onClick={() => dismissToast(toast.id)}>✕</button>
        </div>
      ))}
    </div>
  );
}
