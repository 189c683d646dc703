/**
 * Whether the window is to be scrolled for what is shown now: another page begins at its top, or where it was left by who goes back to it. A change within
 * a page (a filter, a choice, what opens over it) leaves the window where it is.
 */
export function otherPage(): (to: { location: { pathname: string } }) => boolean {
  let shown: string | null = null;
  return ({ location }) => {
    const other = location.pathname !== shown;
    shown = location.pathname;
    return other;
  };
}
