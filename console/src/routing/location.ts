import { useSyncExternalStore } from "react";

/** Where the console is: the path after `#/`, in parts, and the parameters after `?`. */
export interface Location {
  parts: readonly string[];
  search: URLSearchParams;
}

/** Reads a location from a hash such as `#/entities/Ec2Instance/i-1?scopeStart=1`. The slash after `#` may be missing. */
export function parseHash(hash: string): Location {
  const text = hash.replace(/^#?\/?/, "");
  const [path = "", query = ""] = splitOnce(text, "?");
  const parts = path.split("/").filter((part) => part !== "").map(decode);
  return { parts, search: new URLSearchParams(query) };
}

/** The hash of a location; parameters in alphabetical order, so that the same view has one address. */
export function formatHash(parts: readonly string[], search: URLSearchParams): string {
  const sorted = new URLSearchParams(search);
  sorted.sort();
  // `:` and `/` are left readable: addresses and prefixes are full of them.
  const query = sorted.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `#/${parts.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`.replaceAll("%3A", ":");
}

let current = typeof window === "undefined" ? parseHash("") : parseHash(window.location.hash);
const listeners = new Set<() => void>();

if (typeof window !== "undefined") {
  window.addEventListener("hashchange", () => {
    current = parseHash(window.location.hash);
    for (const listener of listeners) listener();
  });
}

/** Goes to a hash. With `replace`, the back button passes over where we were. */
export function navigate(hash: string, options: { replace?: boolean } = {}): void {
  if (hash === window.location.hash) return;
  if (options.replace) {
    window.history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    window.location.hash = hash;
  }
}

export function currentLocation(): Location {
  return current;
}

export function useLocation(): Location {
  return useSyncExternalStore(subscribe, currentLocation);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
