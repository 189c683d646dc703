/** Readers of search parameters: what is not understood is left out, so that no address breaks a page. */

export const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);

export const flag = (value: unknown): true | undefined => (value === true || value === 1 || value === "1" || value === "true" ? true : undefined);

export const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
};

export const word = <W extends string>(value: unknown, words: readonly W[]): W | undefined => words.find((word) => word === value);

/** A reader of search parameters of which none need be there. What it does not understand it names as undefined, which takes it out of the address. */
export const optional =
  <T extends object>(read: (search: Record<string, unknown>) => T) =>
  (search: Record<string, unknown>): Partial<T> =>
    read(search);
