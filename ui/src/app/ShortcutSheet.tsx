import { Dialog } from "@/components/Dialog";
import { SHORTCUTS } from "./shortcuts";

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} title="Keys" onClose={onClose}>
      {SHORTCUTS.map(([group, keys]) => (
        <section key={group} className="mb-4">
          <h3 className="label mb-1">{group}</h3>
          <dl className="grid grid-cols-[7rem_1fr] gap-y-1">
            {keys.map(([key, what]) => (
              <div key={key} className="contents">
                <dt><kbd className="font-mono text-small">{key}</kbd></dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
