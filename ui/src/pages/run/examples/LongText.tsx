import { count } from "@/lib/format";

const MOST = 20_000;

/** A text of a trial as it is, cut where it is very long. */
export function LongText({ text }: { text: string }) {
  return <pre className="prompt max-h-80 overflow-auto rounded border border-hairline p-3" dir="auto">{text.slice(0, MOST)}{text.length > MOST ? `\n… ${count(text.length - MOST)} more characters` : ""}</pre>;
}
