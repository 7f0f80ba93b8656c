import type { paths } from "./schema";
import type { Filled } from "./types";

/** What the interface says when it cannot answer (RFC 9457). */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
    this.name = "ProblemError";
  }

  /** Whether asking again may help. */
  get transient(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 504;
  }
}

type Answered = { responses: { 200: { content: { "application/json": unknown } } } };

/** Paths of questions that are answered in JSON. */
export type Question = { [P in keyof paths]: paths[P] extends { get: Answered } ? P : never }[keyof paths];

/** The answer to a question. */
export type AnswerTo<P extends Question> = paths[P] extends { get: { responses: { 200: { content: { "application/json": infer A } } } } } ? Filled<A> : never;

/** The parameters that a question takes after `?`. */
export type QueryOf<P extends Question> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;

const TOKEN = "weir.token";

/** The token that requests carry; it is forgotten with the tab. */
function token(): string | null {
  return sessionStorage.getItem(TOKEN);
}

/** Whether a token was given; where it is asked for all the same, it was refused. */
export function hasToken(): boolean {
  return token() !== null;
}

export function setToken(value: string): void {
  sessionStorage.setItem(TOKEN, value);
}

/** The address of a path with its names and parameters filled in; parameters without a value are left out. */
export function address(path: string, names: Record<string, string> = {}, query: object = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return `${filled}${text ? `?${text}` : ""}`;
}

/** Asks a question. */
export async function ask<P extends Question>(path: P, names: Record<string, string>, query: QueryOf<P> | undefined, signal?: AbortSignal): Promise<AnswerTo<P>> {
  const response = await send(address(path, names, query), { headers: { accept: "application/json" }, signal: signal ?? null });
  return (await response.json()) as AnswerTo<P>;
}

/** The details as a file, every row that matches. */
export async function detailsCsv(entity: string, query: QueryOf<"/api/v1/entities/{entity}/details">): Promise<string> {
  return (await send(address("/api/v1/entities/{entity}/details.csv", { entity }, query), { headers: { accept: "text/csv" } })).text();
}

/** Every finding that matches, a page at a time. */
export async function allFindings(query: QueryOf<"/api/v1/findings">): Promise<AnswerTo<"/api/v1/findings">["rows"]> {
  const rows: AnswerTo<"/api/v1/findings">["rows"] = [];
  for (;;) {
    const page = await ask("/api/v1/findings", {}, { ...query, offset: rows.length, limit: 1_000 });
    rows.push(...page.rows);
    if (rows.length >= page.total || page.rows.length === 0) return rows;
  }
}

/** How many findings a change changed. */
export interface Changed {
  changed: number;
}

export async function change(method: "POST" | "PUT", path: keyof paths, names: Record<string, string>, body: object): Promise<Changed> {
  const response = await send(address(path, names), { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return (await response.json()) as Changed;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const secret = token();
  if (secret) headers.set("authorization", `Bearer ${secret}`);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError(0, "The server does not answer. Is weir serve still running?");
  }
  if (!response.ok) throw await problem(response);
  return response;
}

async function problem(response: Response): Promise<ProblemError> {
  try {
    const body = (await response.json()) as { detail?: string; title?: string };
    return new ProblemError(response.status, body.detail ?? body.title ?? response.statusText);
  } catch {
    return new ProblemError(response.status, `The server answered ${response.status} ${response.statusText}.`);
  }
}
