/** The first rows of a data set as the server will read it, for looking at; the server decides. */
export interface Preview {
  kind: "jsonl" | "json" | "csv" | "empty";
  columns: string[];
  rows: Record<string, string>[];
  count: number;
  error: string | null;
}

const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const varsOf = (row: unknown): Record<string, unknown> => {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return {};
  const record = row as Record<string, unknown>;
  return typeof record.vars === "object" && record.vars !== null ? (record.vars as Record<string, unknown>) : record;
};

export function preview(text: string, most = 5): Preview {
  const start = text.trimStart();
  if (!start) return { kind: "empty", columns: [], rows: [], count: 0, error: null };
  try {
    if (start.startsWith("[")) {
      const all: unknown = JSON.parse(text);
      return made("json", Array.isArray(all) ? all : [], most);
    }
    if (start.startsWith("{")) {
      const lines = text.split("\n").filter((line) => line.trim());
      const rows = lines.slice(0, most).map((line, at) => {
        try {
          return JSON.parse(line) as unknown;
        } catch {
          throw new Error(`line ${at + 1} is no JSON`);
        }
      });
      return { ...made("jsonl", rows, most), count: lines.length };
    }
    const rows = csv(text);
    const [head = [], ...body] = rows;
    const records = body.filter((row) => row.some((cell) => cell !== "")).map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ""])));
    return { ...made("csv", records, most), columns: head.filter((name) => !name.startsWith("__")), count: records.length };
  } catch (error) {
    return { kind: "jsonl", columns: [], rows: [], count: 0, error: error instanceof Error ? error.message : String(error) };
  }
}

function made(kind: Preview["kind"], all: unknown[], most: number): Preview {
  const rows = all.slice(0, most).map((row) => Object.fromEntries(Object.entries(varsOf(row)).map(([name, value]) => [name, show(value)])));
  return { kind, rows, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], count: all.length, error: null };
}

/** RFC 4180 with the separator found in the header: `,`, `;` or a tab. */
export function csv(text: string): string[][] {
  const head = text.slice(0, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n"));
  const separator = [",", ";", "\t"].reduce((best, sign) => (head.split(sign).length > head.split(best).length ? sign : best), ",");
  const rows: string[][] = [];
  let row: string[] = [], cell = "", quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (quoted) {
      if (sign === '"' && text[at + 1] === '"') {
        cell += '"';
        at++;
      } else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === separator) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n") {
      row.push(cell.replace(/\r$/, ""));
      rows.push(row);
      row = [];
      cell = "";
    } else cell += sign;
  }
  if (cell !== "" || row.length) rows.push([...row, cell]);
  return rows;
}
