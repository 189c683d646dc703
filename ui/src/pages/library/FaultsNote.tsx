import { useMemo } from "react";
import { count, plural } from "@/lib/format";
import { faults } from "./faults";

const SHOWN = 5;

/** What is doubtful about a data set: examples that occur twice, that only look different, and that stand in more than one split. */
export function FaultsNote({ text }: { text: string }) {
  const found = useMemo(() => faults(text), [text]);
  if (!found?.count) return null;
  const { splits, same, alike, leaks } = found;
  const named = Object.entries(splits).map(([split, n]) => `${count(n)} ${split}`).join(", ");
  const extra = same.reduce((sum, group) => sum + group.length - 1, 0);
  return (
    <section aria-label="Duplicates and leakage" className="mb-3">
      <p className="text-muted">{named ? `Splits named in the data: ${named}.` : "No split is named in the data: a run splits them, and copies stay on one side."}{!same.length && !alike.length ? " No example occurs twice." : null}</p>
      {same.length ? <Groups title={`${plural(extra, "duplicate")} of ${plural(same.length, "example")}`} about="counted once more than they tell" groups={same} /> : null}
      {alike.length ? <Groups title={`${plural(alike.length, "group")} that differ in case, spaces or punctuation alone`} about="likely the same example" groups={alike} /> : null}
      {leaks.length ? <Groups lost title={`Leakage: ${plural(leaks.length, "example")} in more than one split`} about="the search sees what it is measured by; keep each on one side" groups={leaks.map((one) => one.at)} note={leaks.map((one) => one.splits.join(" and "))} /> : null}
    </section>
  );
}

function Groups({ title, about, groups, note, lost }: { title: string; about: string; groups: number[][]; note?: string[]; lost?: boolean }) {
  return (
    <details className={`mt-1 border-l-2 pl-3 ${lost ? "border-lost" : "border-hairline"}`}>
      <summary><span className={lost ? "font-semibold text-lost" : "font-medium"}>{title}</span><span className="text-muted">: {about}</span></summary>
      <ul className="text-muted">
        {groups.slice(0, SHOWN).map((group, at) => <li key={group.join()}>examples {group.slice(0, 12).map(count).join(", ")}{group.length > 12 ? ` and ${count(group.length - 12)} more` : ""}{note?.[at] ? ` (${note[at]})` : ""}</li>)}
        {groups.length > SHOWN ? <li>and {plural(groups.length - SHOWN, "more group")}</li> : null}
      </ul>
    </details>
  );
}
