import { useLayoutEffect, useRef, useState } from "react";

/** The width of an element as it is now, so that charts are drawn and not stretched. */
export function useWidth<E extends HTMLElement>(start = 720) {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(240, element.clientWidth)));
    observer.observe(element);
    setWidth(Math.max(240, element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
