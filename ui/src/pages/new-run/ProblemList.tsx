import { ApiError } from "@/api/ApiError";
import { ErrorNote } from "@/components/ErrorNote";

/** What is wrong with a run file: each problem with its place and what to do. Where there are problems, the answer as a whole says nothing more. */
export function ProblemList({ error }: { error: unknown }) {
  const problems = error instanceof ApiError ? (error.problem.problems ?? []) : [];
  return (
    <div className="mb-4">
      {problems.length ? (
        <ul role="alert" className="flex flex-col gap-2">
          {problems.map((one, at) => (
            <li key={at} className="border-l-2 border-lost pl-3">
              <span className="font-mono text-small text-muted">{[one.file, one.line, one.column].filter((part) => part !== null && part !== undefined).join(":")}{one.path ? ` ${one.path}` : ""}</span>
              <p>{one.message}</p>
              {one.fix ? <p className="text-muted">{one.fix}</p> : null}
            </li>
          ))}
        </ul>
      ) : <ErrorNote error={error} />}
    </div>
  );
}
