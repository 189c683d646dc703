import { useEffect, useRef } from "react";

/** The run file with numbered lines; the line of the first problem is marked. */
export function FileEditor({ value, problem, onChange }: { value: string; problem: number | null; onChange: (value: string) => void }) {
  const lines = value.split("\n").length;
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (problem) area.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  return (
    <section className="min-w-0 lg:sticky lg:top-3 lg:flex lg:max-h-[calc(100vh-24px)] lg:flex-col lg:self-start">
      <h2 className="plate mb-1">The run file</h2>
      <div className="flex min-h-0 rounded border border-hairline bg-panel lg:overflow-y-auto">
        <pre aria-hidden="true" className="prompt border-r border-hairline px-2 py-[5px] text-right !whitespace-pre text-muted select-none">
          {Array.from({ length: lines }, (_, at) => <span key={at} className={`block ${problem === at + 1 ? "bg-lost-soft font-semibold text-lost" : ""}`}>{at + 1}</span>)}
        </pre>
        <textarea
          ref={area}
          aria-label="Run file"
          spellCheck={false}
          wrap="off"
          rows={Math.max(24, lines + 1)}
          className="prompt block w-full min-w-0 resize-none overflow-x-auto rounded bg-transparent px-2.5 py-[5px] !whitespace-pre"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            // Escape then Tab leaves the field, for keyboards
            if (event.key !== "Tab" || event.shiftKey || event.currentTarget.dataset.leave) return;
            event.preventDefault();
            document.execCommand("insertText", false, "  ");
          }}
          onKeyUp={(event) => {
            if (event.key === "Escape") event.currentTarget.dataset.leave = "1";
          }}
          onBlur={(event) => delete event.currentTarget.dataset.leave}
        />
      </div>
      <p className="mt-1 text-small text-muted">It stays valid for promptfoo but for the block <code className="font-mono">optimize</code>. Tab indents; Escape, then Tab leaves the field. The same on the command line: <code className="font-mono">clade run promptclade.yaml</code></p>
    </section>
  );
}
