import type { RunDetail } from "@/api/types";

/** Whether what people say still changes the search: once it is over, its finalists are only chosen from and proved. */
export const steerable = ({ run, progress }: Pick<RunDetail, "run" | "progress">): boolean => run.mode === "optimize" && run.status !== "finished" && progress?.phase !== "choosing" && progress?.phase !== "proving";
