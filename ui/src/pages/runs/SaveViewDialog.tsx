import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { TextField } from "@/components/TextField";

interface Props {
  /** What the view is called where nothing else is typed. */
  start: string;
  /** Names that are not free. */
  taken: readonly string[];
  onSave: (name: string) => void;
  onClose: () => void;
}

/** Asks for the name under which a filter is kept. */
export function SaveViewDialog({ start, taken, onSave, onClose }: Props) {
  const [typed, setTyped] = useState(start);
  const name = typed.trim();
  const error = taken.includes(name) ? "This name stands for another view; choose another one." : null;
  return (
    <Dialog open title="Save this view" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name && !error) onSave(name);
        }}
      >
        <TextField label="Name" value={typed} error={error} onChange={setTyped} hint="Kept in this browser." />
        <div className="mt-5 flex justify-end gap-2">
          <Button type="button" onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={!name || error !== null}>Save</Button>
        </div>
      </form>
    </Dialog>
  );
}
