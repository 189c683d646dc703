import { useState, type ReactNode } from "react";
import { Button, type ButtonProps } from "./Button";
import { Dialog } from "./Dialog";

interface Props {
  label: string;
  title: string;
  children: ReactNode;
  confirm: string;
  onConfirm: () => void;
  kind?: ButtonProps["kind"];
  disabled?: boolean;
}

/** A button that asks before it acts. */
export function Confirm({ label, title, children, confirm, onConfirm, kind = "plain", disabled }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind={kind} disabled={disabled} onClick={() => setOpen(true)}>{label}</Button>
      <Dialog
        open={open}
        title={title}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button
              kind="danger"
              onClick={() => {
                setOpen(false);
                onConfirm();
              }}
            >
              {confirm}
            </Button>
          </>
        }
      >
        <div className="text-muted">{children}</div>
      </Dialog>
    </>
  );
}
