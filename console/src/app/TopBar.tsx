import { type FormEvent, useState } from "react";
import { navigate, useLocation } from "../routing/location";
import { useHref } from "../routing/links";
import { setZone } from "../scope/context";
import { Logo } from "./Logo";
import { setShade, useShade } from "./preferences";

/** The bar at the top: name, search, how times are written, light or dark. */
export function TopBar() {
  const href = useHref();
  const shade = useShade();
  const { search } = useLocation();
  const [typed, setTyped] = useState("");
  const local = search.get("tz") === "local";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!typed.trim()) return;
    navigate(href({ page: "search", text: typed.trim() }));
    setTyped("");
  };
  return (
    <header id="top-bar" className="top-bar">
      <a className="brand" href={href({ page: "summary" })} aria-label="Weir, summary">
        <Logo />
        <span>Weir</span>
      </a>
      <form className="top-search" role="search" aria-label="Search everything" onSubmit={submit}>
        <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
          <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.600-1.400L14 14" />
        </svg>
        <input type="search" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder="Search instance, address, network, account" aria-label="Search" />
        <kbd aria-hidden="true">/</kbd>
      </form>
      <div className="top-tools">
        <button type="button" onClick={() => setZone(local ? "utc" : "local")} title={local ? "Times are local" : "Times are UTC"} aria-label={local ? "Local time; change to UTC" : "UTC; change to local time"}>
          {local ? "Local time" : "UTC"}
        </button>
        <button type="button" onClick={() => setShade(shade === "dark" ? "light" : "dark")} aria-label={shade === "dark" ? "Light mode" : "Dark mode"}>
          {shade === "dark" ? "Light" : "Dark"}
        </button>
        <a href="/api/openapi.json" target="_blank" rel="noreferrer" aria-label="API description, opens in a new tab">
          API
        </a>
      </div>
    </header>
  );
}
