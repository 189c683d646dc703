/** A prompt in the monospaced face with its `{{placeholders}}` framed. Text only: nothing in it is ever markup. */
export function PromptText({ text }: { text: string }) {
  return <>{text.split(/(\{\{.*?\}\}|\{%.*?%\})/g).map((part, at) => (at % 2 ? <mark key={at} className="rounded-sm bg-transparent text-inherit outline outline-1 outline-hairline">{part}</mark> : part))}</>;
}
