import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "./Button";

/** So much of a text is shown at once: laying out a megabyte takes a browser seconds. */
const MOST = 20_000;

/** A prompt in the monospaced face with its `{{placeholders}}` framed. Text only: nothing in it is ever markup. Of a very long one the beginning and the end. */
export function PromptText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= MOST * 1.5 || whole) return <Framed text={text} />;
  return (
    <>
      <Framed text={text.slice(0, MOST)} />
      <span className="my-2 block font-sans"><Button onClick={() => setWhole(true)}>Show {count(text.length - MOST - MOST / 4)} more characters</Button></span>
      <Framed text={text.slice(-MOST / 4)} />
    </>
  );
}

function Framed({ text }: { text: string }) {
  return <>{text.split(/(\{\{.*?\}\}|\{%.*?%\})/g).map((part, at) => (at % 2 ? <mark key={at} className="rounded-sm bg-transparent text-inherit outline outline-1 outline-hairline">{part}</mark> : part))}</>;
}
