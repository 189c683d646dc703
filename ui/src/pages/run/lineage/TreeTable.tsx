import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { Score } from "@/components/Score";
import { usd } from "@/lib/format";
import { lookOf, type LookOptions } from "@/lineage/look";
import { step, type Scene } from "@/lineage/scene";

interface Props {
  scene: Scene;
  shown: LookOptions;
  chosen: number;
  unfolded: string[];
  onChoose: (node: number) => void;
  onFold: (node: number) => void;
  nameOf: (id: string) => string;
}

const ROW = 30;

/** The tree as a table: the same content as the plate, for keyboards and screen readers. */
export function TreeTable({ scene, shown, chosen, unfolded, onChoose, onFold, nameOf }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const look = lookOf(scene, shown);
    const depth = new Int32Array(scene.marks.length);
    const order: number[] = [];
    for (let at = 0; at < scene.marks.length; at++) {
      const parent = scene.parent[at] ?? -1;
      depth[at] = parent < 0 ? 0 : (depth[parent] ?? 0) + 1;
      if (look.shown[at] === 2) order.push(at);
    }
    return { order, depth };
  }, [scene, shown]);
  const virtual = useVirtualizer({ count: rows.order.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 10 });
  const items = virtual.getVirtualItems();
  const first = items[0], last = items.at(-1);
  return (
    <div ref={box} className="h-[62vh] min-h-80 overflow-auto border-t border-hairline px-4 sm:px-6 lg:h-auto lg:min-h-0 lg:flex-1" tabIndex={-1}>
      <table role="treegrid" aria-label="Family tree" aria-rowcount={rows.order.length} className="grid-table">
        <thead className="sticky top-0 z-10 bg-paper">
          <tr><th scope="col">Candidate</th><th scope="col" className="num">Generation</th><th scope="col">Made by</th><th scope="col">Fate</th><th scope="col" className="num">Score</th><th scope="col" className="num">Answers</th><th scope="col" className="num">Cost</th><th scope="col">Note</th></tr>
        </thead>
        <tbody>
          {first ? <tr aria-hidden="true"><td colSpan={8} style={{ height: first.start, padding: 0, border: 0 }} /></tr> : null}
          {items.map((item) => {
            const at = rows.order[item.index] as number;
            const mark = scene.marks[at];
            if (!mark) return null;
            const { node } = mark;
            const name = nameOf(mark.id);
            const isBest = at === scene.best;
            return (
              <tr
                key={mark.id}
                role="row"
                aria-level={(rows.depth[at] ?? 0) + 1}
                aria-rowindex={item.index + 1}
                aria-expanded={mark.folded ? false : unfolded.includes(name) ? true : undefined}
                aria-selected={at === chosen}
                tabIndex={at === chosen || (chosen < 0 && item.index === 0) ? 0 : -1}
                className={`h-[30px] cursor-pointer ${at === chosen ? "bg-hover" : ""}`}
                onClick={() => onChoose(at)}
                onKeyDown={(event) => {
                  const moves: Record<string, number | undefined> = { ArrowDown: rows.order[item.index + 1], ArrowUp: rows.order[item.index - 1], ArrowLeft: step(scene, at, "parent"), Home: rows.order[0], End: rows.order.at(-1) };
                  const to = moves[event.key];
                  if (event.key === " ") onFold(at);
                  else if (event.key === "Escape") onChoose(-1);
                  else if (event.key === "Enter") onChoose(at);
                  else if (to !== undefined) {
                    onChoose(to);
                    const row = event.currentTarget;
                    requestAnimationFrame(() => row.parentElement?.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
                  } else return;
                  event.preventDefault();
                }}
              >
                <td role="gridcell" className="whitespace-nowrap" style={{ paddingLeft: Math.min(rows.depth[at] ?? 0, 24) * 14 }}>
                  <span aria-hidden="true" className={`inline-block w-4 ${mark.descent ? "text-accent" : "text-muted"}`}>{isBest ? "★" : (scene.parent[at] ?? -1) < 0 ? "◇" : node.status === "dropped" ? "✕" : "●"}</span>
                  <span className={`font-mono text-small ${mark.descent ? "font-semibold text-accent" : ""}`}>{name}</span>
                  {mark.folded ? <span className="text-muted"> +{mark.folded.nodes} folded</span> : null}
                  {isBest ? <span className="sr-only"> best</span> : null}
                </td>
                <td role="gridcell" className="num">{node.generation}</td>
                <td role="gridcell" className="whitespace-nowrap">{node.operator ?? "seed"}</td>
                <td role="gridcell" title={node.reason}>{node.status}</td>
                <td role="gridcell" className="num"><Score best={isBest} value={node.score?.mean} low={node.score?.low} high={node.score?.high} /></td>
                <td role="gridcell" className="num">{node.score?.trials ?? 0}</td>
                <td role="gridcell" className="num text-muted">{usd(node.cost)}</td>
                <td role="gridcell" className="max-w-80 truncate text-muted" title={node.note}>{node.note}</td>
              </tr>
            );
          })}
          {last ? <tr aria-hidden="true"><td colSpan={8} style={{ height: Math.max(0, virtual.getTotalSize() - last.end), padding: 0, border: 0 }} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}
