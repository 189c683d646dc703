import { setTheme, useTheme, type Theme } from "@/lib/theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const SIGNS: Record<Theme, string> = { system: "◐", light: "○", dark: "●" };

export function ThemeSwitch() {
  const theme = useTheme();
  return (
    <button type="button" className="rounded px-1.5 min-h-7 text-muted hover:bg-hover hover:text-ink" title={`Theme: ${theme}. Press for ${NEXT[theme]}.`} aria-label={`Theme: ${theme}`} onClick={() => setTheme(NEXT[theme])}>
      <span aria-hidden="true">{SIGNS[theme]}</span>
    </button>
  );
}
