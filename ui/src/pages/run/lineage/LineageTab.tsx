import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "@/api/ApiError";
import { candidateQuery, lineageQuery, runQuery } from "@/api/queries";
import { shareOf } from "@/api/share";
import type { RunDetail } from "@/api/types";
import { offerCommands } from "@/app/commands";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { candidateOf, runOf } from "@/lib/format";
import { useOverlay, WITHIN, type How } from "@/lib/overlay";
import { useShownTheme } from "@/lib/theme";
import { colouring } from "@/lineage/colouring";
import { PlateView, type PlateHandle } from "@/lineage/PlateView";
import { sceneOf } from "@/lineage/scene";
import { CandidatePanel } from "./CandidatePanel";
import { Legend } from "./Legend";
import { LineageToolbar } from "./LineageToolbar";
import { savePlate } from "./savePlate";
import { TimeSlider } from "./TimeSlider";
import { TreeTable } from "./TreeTable";
import { ZoomButtons } from "./ZoomButtons";

/** The family tree of a run, its side panel, and the same content as a table. */
export function LineageTab() {
  const { run } = useParams({ from: "/runs/$run/" });
  const search = useSearch({ from: "/runs/$run/" });
  const navigate = useNavigate({ from: "/runs/$run/" });
  const { data: detail } = useQuery(runQuery(run));
  const theme = useShownTheme();
  const handle = useRef<PlateHandle>(null);
  const [until, setUntil] = useState(search.until ?? Infinity);
  const unfolded = useMemo(() => search.unfold?.split(",").filter(Boolean) ?? [], [search.unfold]);
  const view = useMemo(
    () => ({ filter: search.filter, fold: search.rejected !== "yes", unfolded, branches: Boolean(search.branches) }),
    [search.filter, search.rejected, unfolded, search.branches],
  );
  const asked = useQuery(lineageQuery(run, view));
  const wrongFilter = asked.error instanceof ApiError && search.filter ? asked.error : null;
  // a filter that is not understood hides nothing
  const whole = useQuery({ ...lineageQuery(run, { ...view, filter: undefined }), enabled: Boolean(wrongFilter) });
  const lineage = wrongFilter ? whole : asked;
  const scene = useMemo(() => (lineage.data ? sceneOf(lineage.data) : null), [lineage.data]);
  const colours = useMemo(() => (scene ? colouring(scene, search.color ?? "score", theme) : null), [scene, search.color, theme]);
  const matching = useMemo(() => (search.filter && lineage.data?.matching ? new Set(lineage.data.matching) : null), [search.filter, lineage.data?.matching]);
  const look = useMemo(() => ({ colourOf: colours?.of ?? (() => ""), shapeOf: colours?.shapeOf, matching, until }), [colours, matching, until]);

  const set = useCallback((change: Partial<typeof search>, how: How = WITHIN) => void navigate({ search: (before) => ({ ...before, ...change }), ...how }), [navigate]);
  // a replay passes many moments: the one at which it rests is in the address
  useEffect(() => {
    const at = until === Infinity ? undefined : until;
    if (at === search.until) return;
    const timer = setTimeout(() => set({ until: at }), 400);
    return () => clearTimeout(timer);
  }, [until, search.until, set]);
  const panel = useOverlay(search.node !== undefined, search, set);
  const overlay = useRef(panel);
  overlay.current = panel;
  const nameOf = useCallback((id: string) => (id.startsWith(`${run}@`) ? candidateOf(id) : id), [run]);
  const chosen = useMemo(() => {
    if (!scene || !search.node) return -1;
    if (search.node === "best") return scene.best;
    if (search.node === "seed") return 0;
    return scene.index.get(search.node.includes("@") ? search.node : `${run}@${search.node}`) ?? -1;
  }, [scene, search.node, run]);
  // one that is folded, or came after the tree was read, has its panel all the same
  const away = scene && chosen < 0 && search.node && search.node !== "best" ? search.node : null;
  const apart = useQuery({ ...candidateQuery((away && runOf(away)) || run, candidateOf(away ?? "")), enabled: away !== null, retry: false });
  const mark = scene?.marks[chosen];
  const shown = mark?.node ?? (away ? apart.data?.node : undefined);
  const choose = useCallback(
    (at: number) => {
      const mark = scene?.marks[at];
      if (mark) overlay.current.show({ node: nameOf(mark.id) });
      else overlay.current.close({ node: undefined, against: undefined, held: undefined });
    },
    [scene, nameOf],
  );
  const fold = useCallback(
    (at: number) => {
      const mark = scene?.marks[at];
      if (!mark) return;
      const name = nameOf(mark.id);
      const next = unfolded.includes(name) ? unfolded.filter((one) => one !== name) : [...unfolded, name];
      set({ unfold: next.join(",") || undefined });
    },
    [scene, unfolded, set, nameOf],
  );
  const title = `Descent of ${detail?.run.description || run}`;
  useEffect(() => {
    if (!scene) return;
    return offerCommands("lineage", [
      { id: "l-best", text: "Lineage: go to the best prompt", hint: "b", run: () => choose(scene.best) },
      { id: "l-fit", text: "Lineage: fit", hint: "f", run: () => handle.current?.fit() },
      { id: "l-rejected", text: "Lineage: show or fold rejected candidates", run: () => set({ rejected: view.fold ? "yes" : undefined }) },
      { id: "l-table", text: "Lineage: as a table, as a plate", run: () => set({ view: search.view === "table" ? undefined : "table" }) },
    ]);
  }, [scene, choose, set, view.fold, search.view]);

  const save = (kind: "svg" | "png") => scene && colours && savePlate(kind, { scene, look, colours, theme, title, run, handle: handle.current });
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <LineageToolbar title={title} kin={!shareOf(run)} search={search} folds={view.fold} set={set} error={wrongFilter?.message ?? null} matched={search.filter ? lineage.data?.matched ?? undefined : undefined} onSave={save} />
        {lineage.isPending ? <Loading what="Drawing the tree" /> : null}
        {lineage.error ? <div className="p-6"><ErrorNote error={lineage.error} retry={() => void lineage.refetch()} /></div> : null}
        {scene && scene.marks.length === 0 ? <EmptyState title="Nothing has grown yet">The first prompt appears here as soon as the run admits it.</EmptyState> : null}
        {scene && colours && scene.marks.length ? (
          search.view === "table" ? (
            <TreeTable scene={scene} shown={look} chosen={chosen} onChoose={choose} onFold={fold} unfolded={unfolded} nameOf={nameOf} />
          ) : (
            <>
              <div className="flex h-[62vh] min-h-80 flex-col lg:h-auto lg:min-h-0 lg:flex-1">
                <PlateView handle={handle} scene={scene} look={look} chosen={chosen} title={title} onChoose={choose} onFold={fold} />
              </div>
              <div className="flex items-center justify-end gap-3 px-4 py-1 sm:px-6">
                <TimeSlider scene={scene} live={(detail as RunDetail | undefined)?.run.status === "running"} until={until} onChange={setUntil} />
                <ZoomButtons handle={handle} />
              </div>
              <Legend colours={colours} scene={scene} />
            </>
          )
        ) : null}
      </div>
      {scene && shown ? (
        <CandidatePanel key={shown.id} node={shown} bestId={scene.marks[scene.best]?.id ?? null} against={search.against} held={search.held ?? search.against} detail={detail} folded={mark?.folded?.nodes ?? 0} onAgainst={(against) => set({ against })} onHold={(held) => set({ held, against: held })} onFold={() => fold(chosen)} onClose={() => choose(-1)} onGo={(id) => set({ node: nameOf(id) })} />
      ) : null}
      {away && apart.error ? (
        <aside aria-label={away} className="w-full px-4 shrink-0 border-t border-hairline bg-panel lg:w-[380px] lg:border-t-0 lg:border-l">
          {apart.error instanceof ApiError && apart.error.status === 404 ? (
            <EmptyState title={`${away} is no candidate of this run`} actions={<Button onClick={() => choose(-1)}>Close</Button>}>The address names it. Choose one in the tree, or look at the table of candidates.</EmptyState>
          ) : (
            <div className="p-5"><ErrorNote error={apart.error} retry={() => void apart.refetch()} /></div>
          )}
        </aside>
      ) : null}
    </div>
  );
}
