import type { LibraryItem } from "@/api/types";
import { InlineSelect } from "@/components/InlineSelect";

interface Props {
  items: LibraryItem[];
  onPick: (item: LibraryItem) => void;
}

/** Takes the newest version of something the workspace keeps. */
export function LibraryPick({ items, onPick }: Props) {
  if (!items.length) return null;
  return (
    <InlineSelect
      label="Take a saved one"
      value=""
      options={[["", "–"], ...items.map((item) => [item.name, `${item.name} v${item.versions}`] as const)]}
      onChange={(name) => {
        const item = items.find((item) => item.name === name);
        if (item) onPick(item);
      }}
    />
  );
}
