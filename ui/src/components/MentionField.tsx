import { useId, useRef, useState, type KeyboardEvent } from "react";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Whom one may name: login and name. */
  people: readonly { login: string; name: string }[];
}

/** A text in which `@` offers people: arrow keys choose, Enter or Tab takes, Escape leaves it. */
export function MentionField({ label, value, onChange, people }: Props) {
  const list = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [at, setAt] = useState<{ from: number; to: number } | null>(null);
  const [active, setActive] = useState(0);
  const typed = at ? value.slice(at.from + 1, at.to).toLowerCase() : "";
  const offered = at ? people.filter((one) => one.login.toLowerCase().startsWith(typed) || one.name.toLowerCase().startsWith(typed)).slice(0, 6) : [];
  const look = (text: string, caret: number) => {
    const found = /(?:^|[\s([{<>"'])(@[^\s()[\]{}<>"']*)$/.exec(text.slice(0, caret));
    setAt(found?.[1] ? { from: caret - found[1].length, to: caret } : null);
    setActive(0);
  };
  const take = (login: string) => {
    if (!at) return;
    const next = `${value.slice(0, at.from)}@${login} ${value.slice(at.to).replace(/^ /, "")}`;
    onChange(next);
    setAt(null);
    const caret = at.from + login.length + 2;
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(caret, caret);
    });
  };
  const onKey = (event: KeyboardEvent) => {
    if (!offered.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") setActive((active + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length);
    else if (event.key === "Enter" || event.key === "Tab") take(offered[active]?.login ?? "");
    else if (event.key === "Escape") setAt(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="relative min-w-0 flex-1">
      <textarea
        ref={field}
        role="combobox"
        aria-label={label}
        aria-expanded={offered.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={offered.length ? `${list}-${active}` : undefined}
        rows={2}
        dir="auto"
        className="field block"
        placeholder="@ names somebody"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          look(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={onKey}
        onBlur={() => setAt(null)}
      />
      <ul id={list} role="listbox" tabIndex={-1} aria-label="People" hidden={!offered.length} className="absolute right-0 left-0 z-30 mt-1 max-h-48 overflow-auto rounded border border-hairline bg-panel py-1">
        {offered.map((one, index) => (
          <li
            key={one.login}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            className={`cursor-pointer px-3 py-1 ${index === active ? "bg-hover" : ""}`}
            onMouseDown={(event) => {
              event.preventDefault();
              take(one.login);
            }}
          >
            <span className="font-medium">{one.name}</span> <span className="text-muted">@{one.login}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
