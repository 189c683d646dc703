import { useEffect, useId, useRef, useState } from "react";
import { suggest, type FilterFieldInfo } from "@/lib/suggest";

interface Props {
  label: string;
  value: string;
  fields: readonly FilterFieldInfo[];
  placeholder?: string;
  error?: string | null;
  onChange: (value: string) => void;
}

/** A field for the filter language, with completion of names and words. Enter or a pause applies it. */
export function FilterField({ label, value, fields, placeholder, error, onChange }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(value);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  useEffect(() => setDraft(value), [value]);
  const caret = input.current?.selectionStart ?? draft.length;
  const found = open ? suggest(draft, caret, fields) : { from: 0, items: [] };

  const take = (text: string) => {
    const next = draft.slice(0, found.from) + text + draft.slice(caret);
    setDraft(next);
    setChosen(-1);
    queueMicrotask(() => {
      const end = found.from + text.length;
      input.current?.setSelectionRange(end, end);
    });
  };
  const apply = () => {
    setOpen(false);
    if (draft.trim() !== value) onChange(draft.trim());
  };

  return (
    <div className="relative min-w-0 flex-1">
      <input
        ref={input}
        role="combobox"
        aria-label={label}
        aria-expanded={found.items.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-error`}
        aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
        className="field font-mono !text-small"
        value={draft}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        data-filter
        onFocus={() => setOpen(true)}
        onBlur={apply}
        onChange={(event) => {
          setDraft(event.target.value);
          setOpen(true);
          setChosen(-1);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" && found.items.length) {
            event.preventDefault();
            setChosen((chosen + 1) % found.items.length);
          } else if (event.key === "ArrowUp" && found.items.length) {
            event.preventDefault();
            setChosen((chosen + found.items.length - 1) % found.items.length);
          } else if (event.key === "Tab" && chosen < 0 && found.items.length && found.items[0] && caret > found.from) {
            event.preventDefault();
            take(found.items[0].text);
          } else if (event.key === "Enter") {
            const item = chosen >= 0 ? found.items[chosen] : undefined;
            if (item) take(item.text);
            else apply();
          } else if (event.key === "Escape") {
            if (open && found.items.length) setOpen(false);
            else {
              setDraft("");
              onChange("");
            }
          }
        }}
      />
      {found.items.length ? (
        <ul id={`${id}-list`} role="listbox" tabIndex={-1} aria-label="Completions" className="absolute z-20 mt-1 max-h-64 w-full min-w-64 overflow-auto rounded border border-hairline bg-panel py-1">
          {found.items.map((item, at) => (
            <li
              key={item.text}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === chosen}
              className={`flex cursor-pointer justify-between gap-3 px-2.5 py-1 text-small ${at === chosen ? "bg-hover" : ""}`}
              onMouseDown={(event) => {
                event.preventDefault();
                take(item.text);
              }}
            >
              <span className="font-mono">{item.text}</span>
              <span className="truncate text-muted">{item.about}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <p id={`${id}-error`} className={error ? "mt-1 text-small text-lost" : "hidden"}>{error}</p>
    </div>
  );
}
