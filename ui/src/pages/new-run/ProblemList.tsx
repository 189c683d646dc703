import { ApiError } from "@/api/ApiError";
import type { FileProblem } from "@/api/types";
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
              {one.fix ? <p className="text-muted">{fixHere(one)}</p> : null}
            </li>
          ))}
        </ul>
      ) : <ErrorNote error={error} />}
    </div>
  );
}

/** A server that misses a file wants it sent along; here, that is done under Examples. */
function fixHere({ path, message, fix }: FileProblem): string {
  const data = path?.startsWith("tests") && /^(there is )?no file /.test(message);
  return data ? "Paste the examples under Examples, choose a file there, or take a dataset of the workspace: the run file then names what it got." : (fix ?? "");
}
