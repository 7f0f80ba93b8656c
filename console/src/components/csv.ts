/** A value of a cell. */
export type Cell = string | number | boolean | null | undefined;

/** A column of a file: its head, and its cell of a row. */
export type CsvColumn<T> = [string, (row: T) => Cell];

/** Rows as CSV (RFC 4180). What a spreadsheet would run as a formula is quoted. */
export function toCsv<T>(columns: readonly CsvColumn<T>[], rows: readonly T[]): string {
  const lines = [columns.map(([head]) => cell(head)), ...rows.map((row) => columns.map(([, value]) => cell(value(row))))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) return `"'${text.replaceAll('"', '""')}"`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Columns of rows whose fields are plain values, by the names of the fields. */
export function plainColumns<T extends object>(...names: (keyof T & string)[]): CsvColumn<T>[] {
  return names.map((name) => [name, (row) => plain(row[name])]);
}

function plain(value: unknown): Cell {
  if (Array.isArray(value)) return value.join(" ");
  return value === null || typeof value !== "object" ? (value as Cell) : JSON.stringify(value);
}

/** Gives a file to the browser. */
export function download(name: string, content: string, type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** An answer that is no table, as lines of a field and its value: `facts.zone,eu-central-1a`. */
export function fieldsCsv(answer: object): string {
  return toCsv<[string, Cell]>([["field", ([name]) => name], ["value", ([, value]) => value]], fields(answer, ""));
}

function fields(value: unknown, name: string): [string, Cell][] {
  if (value === null || typeof value !== "object") return [[name, value as Cell]];
  return Object.entries(value).flatMap(([key, inner]) => fields(inner, name ? `${name}.${key}` : key));
}
