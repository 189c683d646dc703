import { useQuery } from "@tanstack/react-query";
import { worthQuery } from "@/api/queries";
import type { RunSummary } from "@/api/types";
import { figuresOf, type Figures } from "@/lib/figures";
import { useRests } from "./useRests";

/** How a row's run stands, with intervals. What the row does not hold is asked for once it has stayed on screen. */
export function useFigures(run: RunSummary): Figures {
  const rests = useRests();
  const asked = worthQuery(run);
  const { data } = useQuery({ ...asked, enabled: rests && asked.enabled });
  return figuresOf({ run, progress: run.progress, ...data });
}
