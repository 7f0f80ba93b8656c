import { useCallback, useMemo } from "react";
import { currentLocation, formatHash, navigate, useLocation } from "./location";

/** How a value of a type is written in the address. What cannot be read becomes the default, which is not written. */
export interface Param<T> {
  read: (text: string | null) => T;
  write: (value: T) => string | null;
}

export function text(usual = ""): Param<string> {
  return { read: (raw) => raw ?? usual, write: (value) => (value === usual ? null : value) };
}

export function optionalText(): Param<string | null> {
  return { read: (raw) => (raw === "" ? null : raw), write: (value) => value };
}

export function oneOf<T extends string>(words: readonly T[], usual: T): Param<T> {
  return { read: (raw) => words.find((word) => word === raw) ?? usual, write: (value) => (value === usual ? null : value) };
}

export function flag(usual: boolean): Param<boolean> {
  return { read: (raw) => (raw === null ? usual : raw === "1"), write: (value) => (value === usual ? null : value ? "1" : "0") };
}

export function whole(usual: number, least: number, most: number): Param<number> {
  return {
    read: (raw) => {
      const value = raw !== null && /^\d+$/.test(raw) ? Number(raw) : usual;
      return value >= least && value <= most ? value : usual;
    },
    write: (value) => (value === usual ? null : String(value)),
  };
}

/** A list of texts, separated by commas; a comma in one of them is escaped. */
export function list(): Param<readonly string[]> {
  return {
    read: (raw) => (raw ? raw.split(",").map((part) => part.replaceAll("%2C", ",").replaceAll("%25", "%")) : []),
    write: (value) => (value.length ? value.map((part) => part.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",") : null),
  };
}

/** Parameters of whatever types; each codec tells its own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a codec takes and gives the same type, which unknown cannot say
type AnyParams = Record<string, Param<any>>;
export type Values<P extends AnyParams> = { [K in keyof P]: P[K] extends Param<infer T> ? T : never };

/** The values of these parameters in the address, and a function that changes some of them. */
export function useParams<P extends AnyParams>(params: P): [Values<P>, (patch: Partial<Values<P>>, options?: { replace?: boolean }) => void] {
  const { search } = useLocation();
  const values = useMemo(() => readParams(params, search), [params, search]);
  const change = useCallback(
    (patch: Partial<Values<P>>, options?: { replace?: boolean }) => {
      const here = currentLocation();
      navigate(formatHash(here.parts, writeParams(params, patch, here.search)), options);
    },
    [params],
  );
  return [values, change];
}

export function readParams<P extends AnyParams>(params: P, search: URLSearchParams): Values<P> {
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) values[name] = param.read(search.get(name));
  return values as Values<P>;
}

export function writeParams<P extends AnyParams>(params: P, patch: Partial<Values<P>>, search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    const written = params[name]?.write(value) ?? null;
    if (written === null) next.delete(name);
    else next.set(name, written);
  }
  return next;
}
