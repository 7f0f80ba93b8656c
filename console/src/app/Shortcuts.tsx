import { useEffect } from "react";
import { currentLocation } from "../routing/location";
import { openHelp } from "../help/context";

/** Keys that work everywhere: `/` goes to the search field, `?` opens and closes the help. */
export function Shortcuts() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.ctrlKey || event.metaKey || event.altKey || target?.closest("input, textarea, select, [contenteditable]")) return;
      if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>(".top-search input");
        if (!field) return;
        event.preventDefault();
        field.focus();
      } else if (event.key === "?") {
        openHelp(currentLocation().search.has("help") ? null : "scope");
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return null;
}
