import { score } from "@/lib/format";
import { cividis, type Sign as WordLook } from "@/lineage/colours";
import type { Colouring } from "@/lineage/colouring";
import { hasFinalists, type Scene } from "@/lineage/scene";
import { shapePoints } from "@/lineage/shapes";

/** What lines, shapes and colours mean. */
export function Legend({ colours, scene }: { colours: Colouring; scene: Scene }) {
  const merges = scene.extra.length > 0 || scene.relation.includes(2);
  const branches = scene.relation.includes(3);
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 pt-1 pb-3 text-label text-muted sm:px-6" aria-label="Legend">
      <Sign text="line of descent"><line x1="0" x2="22" y1="7" y2="7" stroke="var(--accent)" strokeWidth="4" /></Sign>
      <Sign text="mutated from"><line x1="0" x2="22" y1="7" y2="7" stroke="var(--edge)" /></Sign>
      {merges ? <Sign text="derived from"><path d="M0 5.5h22M0 8.5h22" stroke="var(--edge)" /></Sign> : null}
      {branches ? <Sign text="branch of"><line x1="0" x2="22" y1="7" y2="7" stroke="var(--edge)" strokeDasharray="4 3" /></Sign> : null}
      <Sign text="seed" width={14}><path d="M7 1.5l5.5 5.5L7 12.5 1.5 7z" fill="none" stroke="var(--edge)" strokeWidth="1.6" /></Sign>
      <Sign text="best" width={14}><path d="M7 .8l1.6 4.1 4.4.3-3.4 2.8 1.1 4.3L7 9.9l-3.7 2.4 1.1-4.3L1 5.2l4.4-.3z" fill="var(--accent)" /></Sign>
      <Sign text="rejected" width={14}><path d="M4 4l6 6m0-6l-6 6" stroke="var(--muted)" strokeWidth="1.2" /></Sign>
      {hasFinalists(scene) && colours.range ? <Sign text="finalist" width={14}><circle cx="7" cy="7" r="6.2" fill="none" stroke="var(--ink)" /><circle cx="7" cy="7" r="3.6" fill="var(--muted)" /></Sign> : null}
      <span>{colours.words ? "size: answers seen" : "size: answers seen · ring: share solved"}</span>
      <span className="ml-auto flex flex-wrap items-center gap-x-3">
        {colours.range ? (
          <>
            score {score(colours.range[0])}
            <svg width="120" height="8" aria-hidden="true">
              {Array.from({ length: 60 }, (_, at) => <rect key={at} x={at * 2} width="2.2" height="8" fill={cividis(at / 59, colours.theme)} />)}
            </svg>
            {score(colours.range[1])}
          </>
        ) : (
          colours.words?.map(([word, sign]) => <span key={word} className="inline-flex items-center gap-1"><WordSign sign={sign} />{word}</span>)
        )}
      </span>
    </div>
  );
}

function WordSign({ sign }: { sign: WordLook }) {
  const points = shapePoints(sign.shape, 6, 6, 4.4);
  return <svg width="12" height="12" aria-hidden="true">{points.length ? <polygon points={points.map((point) => point.join(",")).join(" ")} fill={sign.colour} /> : <circle cx="6" cy="6" r="4.4" fill={sign.colour} />}</svg>;
}

function Sign({ text, width = 22, children }: { text: string; width?: number; children: React.ReactNode }) {
  return <span className="inline-flex items-center gap-1.5"><svg width={width} height="14" aria-hidden="true">{children}</svg>{text}</span>;
}
