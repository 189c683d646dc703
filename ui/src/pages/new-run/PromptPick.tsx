import { useQuery, useQueryClient } from "@tanstack/react-query";
import { libraryQuery, libraryTextQuery } from "@/api/queries";
import type { LibraryItem } from "@/api/types";
import { toastError } from "@/components/toasts";
import { LibraryPick } from "./LibraryPick";

/** Takes the text of a prompt that the workspace keeps. */
export function PromptPick({ workspace, onPick }: { workspace: string; onPick: (text: string) => void }) {
  const saved = useQuery(libraryQuery(workspace, "prompt"));
  const client = useQueryClient();
  const take = (item: LibraryItem) => client.ensureQueryData(libraryTextQuery(workspace, "prompt", item.name, item.versions)).then(({ text }) => onPick(text), toastError);
  return <LibraryPick items={saved.data?.items ?? []} onPick={(item) => void take(item)} />;
}
