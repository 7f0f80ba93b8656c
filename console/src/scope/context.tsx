import { createContext, type ReactNode, use, useMemo } from "react";
import type { Zone } from "../format/time";
import { currentLocation, formatHash, navigate, useLocation } from "../routing/location";
import { type DataRange, type Range, readScope, resolveScope, type ScopeChoice, writeScope } from "./scope";

interface ScopeState {
  /** What the address says. */
  choice: ScopeChoice;
  /** The time that it means. */
  range: Range;
  /** From when to when there are flows. */
  data: DataRange;
  /** How times are written. */
  zone: Zone;
}

const ScopeContext = createContext<ScopeState | null>(null);

/** Holds the scope time of the page, read from the address. */
export function ScopeProvider({ data, children }: { data: DataRange; children: ReactNode }) {
  const { search } = useLocation();
  const written = writeScope(readScope(search), new URLSearchParams()).toString();
  const zone: Zone = search.get("tz") === "local" ? "local" : "utc";
  const state = useMemo(() => {
    const choice = readScope(new URLSearchParams(written));
    return { choice, range: resolveScope(choice, data), data, zone };
  }, [written, data, zone]);
  return <ScopeContext value={state}>{children}</ScopeContext>;
}

export function useScope(): ScopeState {
  const state = use(ScopeContext);
  if (!state) throw new Error("there is no scope time here");
  return state;
}

export function useZone(): Zone {
  return use(ScopeContext)?.zone ?? "utc";
}

/** Sets the scope time of the page we are on; what was chosen inside the old one goes. */
export function setScope(choice: ScopeChoice, more: Record<string, string | null> = {}): void {
  const here = currentLocation();
  const search = writeScope(choice, here.search);
  for (const name of ["details", "page"]) search.delete(name);
  for (const [name, value] of Object.entries(more)) {
    if (value === null) search.delete(name);
    else search.set(name, value);
  }
  navigate(formatHash(here.parts, search));
}

export function setZone(zone: Zone): void {
  const here = currentLocation();
  const search = new URLSearchParams(here.search);
  if (zone === "local") search.set("tz", "local");
  else search.delete("tz");
  navigate(formatHash(here.parts, search), { replace: true });
}
