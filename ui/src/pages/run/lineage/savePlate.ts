import { saveBlob } from "@/lib/save";
import { captionSvg, HEAD, legendHeight } from "@/lineage/caption";
import type { Colouring } from "@/lineage/colouring";
import { lookOf, type LookOptions } from "@/lineage/look";
import type { PlateHandle } from "@/lineage/PlateView";
import type { Scene } from "@/lineage/scene";
import { plateStyle } from "@/lineage/style";
import { svgOf } from "@/lineage/svg";

interface Plate {
  scene: Scene;
  look: LookOptions;
  colours: Colouring;
  theme: "light" | "dark";
  title: string;
  run: string;
  handle: PlateHandle | null;
}

/** Saves what the plate shows as a picture. */
export async function savePlate(kind: "svg" | "png", { scene, look, colours, theme, title, run, handle }: Plate): Promise<void> {
  if (kind === "svg") {
    saveBlob(`${run}-lineage.svg`, new Blob([svgOf(scene, lookOf(scene, look), colours, plateStyle(theme), title)], { type: "image/svg+xml" }));
    return;
  }
  const blob = await handle?.png({
    above: HEAD,
    below: (width) => legendHeight(scene, colours, width),
    caption: (width, height) => captionSvg(scene, colours, plateStyle(theme), title, width, height),
  });
  if (blob) saveBlob(`${run}-lineage.png`, blob);
}
