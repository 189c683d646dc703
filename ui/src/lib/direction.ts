/** Beyond so many characters a browser takes seconds at each key to find the direction of every line. */
const FOUND_BY_BROWSER = 30_000;
const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;

/** The direction in which a text is written: each line's own as the browser finds it, or of a long text that of its first letter. */
export function direction(text: string): "auto" | "ltr" | "rtl" {
  if (text.length <= FOUND_BY_BROWSER) return "auto";
  const letter = LETTER.exec(text.slice(0, FOUND_BY_BROWSER))?.[0];
  return letter && RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
}
