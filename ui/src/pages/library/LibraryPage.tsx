import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { libraryQuery } from "@/api/queries";
import type { LibraryKind } from "@/api/types";
import { useMay } from "@/app/useSession";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { plural } from "@/lib/format";
import { AddVersion } from "./AddVersion";
import { ItemView } from "./ItemView";

export const PromptsPage = () => <LibraryPage kind="prompt" />;
export const DatasetsPage = () => <LibraryPage kind="dataset" />;

const WORDS = {
  prompt: { title: "Prompts", none: "No prompts kept yet", about: "Keep a prompt here to start runs from it, see its versions, and let labels such as production point at one of them." },
  dataset: { title: "Datasets", none: "No datasets kept yet", about: "Keep examples here to start runs from them. A version never changes; a new one stands beside it." },
} as const;

/** What a workspace keeps: names on the left, one with its versions on the right. */
function LibraryPage({ kind }: { kind: LibraryKind }) {
  const { ws } = useParams({ strict: false }) as { ws: string };
  const search = useSearch({ strict: false }) as { name?: string; version?: number; against?: number };
  const navigate = useNavigate();
  const may = useMay(ws);
  const list = useQuery(libraryQuery(ws, kind));
  const [adding, setAdding] = useState(false);
  const words = WORDS[kind];
  const to = kind === "prompt" ? "/w/$ws/prompts" : "/w/$ws/datasets";
  if (list.isPending) return <Loading />;
  if (list.error) return <div className="p-6"><ErrorNote error={list.error} retry={() => void list.refetch()} /></div>;
  const add = may("edit_library") ? <Button kind={list.data.items.length ? "plain" : "primary"} onClick={() => setAdding(true)}>Add a {kind}</Button> : null;
  const dialog = adding ? <AddVersion ws={ws} kind={kind} onClose={() => setAdding(false)} onDone={(name) => void navigate({ to, params: { ws }, search: { name } })} /> : null;
  if (!list.data.items.length) return <><EmptyState title={words.none} actions={add}>{words.about}</EmptyState>{dialog}</>;
  return (
    <div className="grid flex-1 content-start gap-x-8 gap-y-5 px-4 py-5 sm:px-6 lg:grid-cols-[260px_1fr]">
      <div>
        <div className="mb-2 flex items-center justify-between"><h1 className="plate">{words.title}</h1>{add}</div>
        <ul>
          {list.data.items.map((item) => (
            <li key={item.name}>
              <Link to={to} params={{ ws }} search={{ name: item.name }} aria-current={item.name === search.name ? "true" : undefined} className="flex flex-wrap items-baseline gap-x-2 rounded px-2 py-1.5 hover:bg-hover aria-[current=true]:bg-hover aria-[current=true]:font-medium">
                {item.name} <span className="text-small text-muted">{plural(item.versions, "version")}</span>
                {Object.keys(item.labels).map((label) => <Badge key={label}>{label}</Badge>)}
              </Link>
            </li>
          ))}
        </ul>
      </div>
      {search.name ? <ItemView key={search.name} ws={ws} kind={kind} name={search.name} version={search.version} against={search.against} onChoose={(change) => void navigate({ to, params: { ws }, search: { name: search.name, version: search.version, against: search.against, ...change } })} /> : <p className="text-muted">{words.about}</p>}
      {dialog}
    </div>
  );
}
