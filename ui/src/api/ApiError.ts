import type { Problem } from "./types";

/** What the server refused, in its words: `message` says what failed, `fix` what to do next. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.problem = problem;
  }

  get fix(): string | undefined {
    return this.problem.fix;
  }
}

/** The server did not answer at all. */
export class ServerGone extends Error {
  readonly fix = "Check that `clade serve` still runs. What you typed stays here, and this page tries again by itself.";

  constructor() {
    super("The server does not answer.");
    this.name = "ServerGone";
  }
}

/** Words that name a request: what they advise is for programs. */
const REQUEST = /\b(GET|POST|PUT|PATCH|DELETE) \/|\/api\/v\d/;

/** What somebody who looks at a page can do next. */
export function fixOf(error: unknown): string | undefined {
  const fix = error instanceof ApiError || error instanceof ServerGone ? error.fix : undefined;
  return fix && REQUEST.test(fix) ? fix.split("; ").filter((part) => !REQUEST.test(part)).join("; ") || undefined : fix;
}
