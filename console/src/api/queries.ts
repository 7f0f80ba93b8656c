import { keepPreviousData, useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { Range } from "../scope/scope";
import { address, type AnswerTo, ask, change, type Changed, type ProblemError, type QueryOf, type Question } from "./client";

export type Loaded<T> = UseQueryResult<T, ProblemError>;
export type DetailsQuery = QueryOf<"/api/v1/entities/{entity}/details">;
export type FindingsQuery = QueryOf<"/api/v1/findings">;

interface Options {
  enabled?: boolean;
  /** Whether the last answer stays on screen while the next is on its way. */
  keep?: boolean;
}

function question<P extends Question>(path: P, names: Record<string, string>, query?: QueryOf<P>) {
  return { queryKey: [path, names, query], queryFn: ({ signal }: { signal: AbortSignal }) => ask(path, names, query, signal) };
}

function useAnswer<P extends Question>(path: P, names: Record<string, string> = {}, query?: QueryOf<P>, { enabled = true, keep = false }: Options = {}): Loaded<AnswerTo<P>> {
  return useQuery<AnswerTo<P>, ProblemError>({ ...question(path, names, query), enabled, placeholderData: keep ? (keepPreviousData as never) : undefined });
}

/** The request of a question, to be shown and run again. */
export function requestOf<P extends Question>(path: P, names: Record<string, string> = {}, query?: QueryOf<P>): string {
  return address(path, names, query);
}

export const scope = (range: Range) => ({ from: String(range.from), to: String(range.to) });
const bins = (range: Range, binSecs: number) => ({ ...scope(range), bin: String(binSecs) });

export const useDataRange = () => useAnswer("/api/v1/range");
export const useSummary = (range: Range) => useAnswer("/api/v1/summary", {}, scope(range));
export const useSources = () => useAnswer("/api/v1/sources");
/** Seconds between two questions for what the process does, while the page that shows it is looked at. */
export const STATUS_SECS = 5;
/** What the process does now. It is asked again and again, but not while nobody looks. */
export const useStatus = (everySecs: number): Loaded<AnswerTo<"/api/v1/status">> =>
  useQuery<AnswerTo<"/api/v1/status">, ProblemError>({
    ...question("/api/v1/status", {}),
    staleTime: 0,
    refetchInterval: everySecs * 1_000,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: true,
    retry: false,
  });
export const useSearch = (text: string) => useAnswer("/api/v1/search", {}, { text }, { enabled: text.trim() !== "" });
export const useEntities = (range: Range) => useAnswer("/api/v1/entities", {}, { ...scope(range), limit: 1_000 });
export const useEntity = (entity: string, range: Range) => useAnswer("/api/v1/entities/{entity}", { entity }, scope(range));
export const useVolume = (entity: string, range: Range, binSecs: number) => useAnswer("/api/v1/entities/{entity}/volume", { entity }, bins(range, binSecs), { keep: true });
export const useDetails = (entity: string, range: Range, query: DetailsQuery) =>
  useAnswer("/api/v1/entities/{entity}/details", { entity }, { ...scope(range), ...query }, { keep: true });
export const useDistinct = (entity: string, range: Range, binSecs: number) => useAnswer("/api/v1/entities/{entity}/distinct", { entity }, bins(range, binSecs));
export const usePorts = (entity: string, range: Range) => useAnswer("/api/v1/entities/{entity}/ports", { entity }, { ...scope(range), limit: 100 });
export const useNew = (entity: string, range: Range) => useAnswer("/api/v1/entities/{entity}/new", { entity }, scope(range));
export const useAddresses = (entity: string, range: Range) => useAnswer("/api/v1/entities/{entity}/addresses", { entity }, scope(range));
export const useAnswers = (entity: string, range: Range, finding: string | null) => useAnswer("/api/v1/entities/{entity}/answers", { entity }, { ...scope(range), finding: finding ?? undefined });
export const useFindings = (query: FindingsQuery) => useAnswer("/api/v1/findings", {}, query, { keep: true });
export const useGroups = () => useAnswer("/api/v1/groups", {}, { limit: 1_000 }, { keep: true });
export const useGroup = (id: string) => useAnswer("/api/v1/groups/{id}", { id });
export const useFinding = (id: string) => useAnswer("/api/v1/findings/{id}/page", { id });

/** The connections of one row of the details. */
export interface SeriesKey {
  entity: string | null;
  remote: string | null;
  local_port: number | null;
  remote_port: number | null;
  protocol: number | null;
  action: string | null;
}

/** A question for the line of one row, to be asked together with others. */
export function seriesQuestion(entity: string, range: Range, binSecs: number, key: SeriesKey) {
  const known = Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null));
  return question("/api/v1/entities/{entity}/series", { entity }, { ...bins(range, binSecs), ...known });
}

/** Puts findings away, or takes them back. */
export function useArchive() {
  const client = useQueryClient();
  return useMutation<Changed, ProblemError, { ids: string[]; archived: boolean }>({
    mutationFn: (body) => change("POST", "/api/v1/findings/archive", {}, body),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Writes a note on a finding, or takes it away. */
export function useNote(id: string) {
  const client = useQueryClient();
  return useMutation<Changed, ProblemError, string>({
    mutationFn: (note) => change("PUT", "/api/v1/findings/{id}/note", { id }, { note }),
    onSuccess: () => client.invalidateQueries(),
  });
}
