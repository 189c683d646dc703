/** Shown while data is on its way; silent for the first moments, so that fast answers do not flicker. */
export function Loading({ what = "Loading" }: { what?: string }) {
  return <p role="status" className="loading py-8 text-center text-muted">{what} …</p>;
}
