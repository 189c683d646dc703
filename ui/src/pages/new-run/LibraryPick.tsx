import { api } from "@/api/client";
import type { LibraryItem, LibraryKind } from "@/api/types";
import { InlineSelect } from "@/components/InlineSelect";
import { toastError } from "@/components/toasts";

interface Props {
  workspace: string;
  kind: LibraryKind;
  items: LibraryItem[];
  onPick: (text: string) => void;
}

/** Takes the newest version of something the workspace keeps. */
export function LibraryPick({ workspace, kind, items, onPick }: Props) {
  if (!items.length) return null;
  return (
    <InlineSelect
      label="Take a saved one"
      value=""
      options={[["", "–"], ...items.map((item) => [item.name, `${item.name} v${item.versions}`] as const)]}
      onChange={(name) => {
        const item = items.find((item) => item.name === name);
        if (item) api.get<{ text: string }>(`/workspaces/${workspace}/library/${kind}/${encodeURIComponent(name)}/versions/${item.versions}`).then(({ text }) => onPick(text), toastError);
      }}
    />
  );
}
