import { expect, type Page } from "@playwright/test";

/** Notes what no page may do: errors on the console or out of a handler, and requests to another origin. */
export function watch(page: Page, { origin, allow = [] }: { origin: string; allow?: RegExp[] }): { clean: () => void } {
  const wrong: string[] = [];
  const note = (text: string) => {
    if (!allow.some((pattern) => pattern.test(text))) wrong.push(text);
  };
  page.on("console", (message) => message.type() === "error" && note(`console: ${message.text()}`));
  page.on("pageerror", (error) => note(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) note(`request to ${url.href}`);
  });
  return { clean: () => expect(wrong, "what the page may not do").toEqual([]) };
}
