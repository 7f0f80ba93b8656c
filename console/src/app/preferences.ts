import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

/** Light or dark: as the system has it, until somebody chooses. */
export type Shade = "light" | "dark";

const KEY = "weir.shade";
const dark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
const listeners = new Set<() => void>();

function stored(): Shade | null {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : null;
}

export function shade(): Shade {
  return stored() ?? (dark?.matches ? "dark" : "light");
}

function apply(): void {
  applyMode(shade() === "dark" ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = shade();
  for (const listener of listeners) listener();
}

/** Puts the shade on the page, and follows the system while nobody has chosen. */
export function startShade(): void {
  dark?.addEventListener("change", apply);
  apply();
}

export function setShade(next: Shade): void {
  localStorage.setItem(KEY, next);
  apply();
}

export function useShade(): Shade {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    shade,
    () => "light",
  );
}

/** A preference of this browser, such as rows per page. */
export function readPreference<T>(name: string, usual: T): T {
  try {
    const text = localStorage.getItem(`weir.${name}`);
    return text === null ? usual : { ...usual, ...(JSON.parse(text) as T) };
  } catch {
    return usual;
  }
}

export function writePreference(name: string, value: unknown): void {
  localStorage.setItem(`weir.${name}`, JSON.stringify(value));
}
