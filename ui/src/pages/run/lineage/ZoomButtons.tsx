import type { RefObject } from "react";
import { Button } from "@/components/Button";
import type { PlateHandle } from "@/lineage/PlateView";

/** What moves the plate, under it. */
export function ZoomButtons({ handle }: { handle: RefObject<PlateHandle | null> }) {
  return (
    <div className="flex gap-1">
      <Button aria-label="Zoom in" title="Zoom in (+)" onClick={() => handle.current?.zoomBy(1.3)}>+</Button>
      <Button aria-label="Zoom out" title="Zoom out (−)" onClick={() => handle.current?.zoomBy(1 / 1.3)}>−</Button>
      <Button title="Fit (f)" onClick={() => handle.current?.fit()}>Fit</Button>
    </div>
  );
}
