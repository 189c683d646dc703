import { useEffect, useRef, type ReactNode } from "react";

interface Props {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
}

/** The browser's own modal dialog: it keeps the focus inside, and Escape closes it. */
export function Dialog({ open, title, onClose, children, actions, wide }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || !open || dialog.open) return;
    const before = document.activeElement;
    dialog.showModal();
    // the cross comes first in the page; who opened a form wants to write
    dialog.querySelector<HTMLElement>("input:not([type=checkbox]):not([type=file]), textarea, select")?.focus();
    return () => {
      // a dialog that leaves the page gives nobody the focus back
      if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus({ preventScroll: true });
    };
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={ref}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      className={`m-auto w-[calc(100vw-32px)] ${wide ? "max-w-3xl" : "max-w-md"} max-h-[85vh] overflow-auto rounded border border-hairline bg-panel p-0`}
    >
      <div className="px-5 pb-5">
        <div className="sticky top-0 z-10 -mx-5 mb-1 flex items-start gap-3 bg-panel px-5 pt-5 pb-2">
          <h2 className="plate min-w-0 flex-1 break-words">{title}</h2>
          <button type="button" aria-label="Dismiss the dialog" className="-mr-1 min-h-7 min-w-7 rounded text-muted hover:bg-hover hover:text-ink" onClick={onClose}>✕</button>
        </div>
        {children}
        {actions ? <div className="mt-5 flex flex-wrap justify-end gap-2">{actions}</div> : null}
      </div>
    </dialog>
  );
}
