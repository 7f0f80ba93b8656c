import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { useHref } from "../routing/links";

/** An identifier that leads to its profile, and can be copied. */
export function Identifier({ id, name, scope }: { id: string; name?: string | null; scope?: { from: number; to: number } }) {
  const href = useHref();
  return (
    <span className="identifier">
      <span className="identifier-id">
        <Link href={href({ page: "entity", id }, scope)}>{id}</Link>
        <Copy text={id} />
      </span>
      {name ? <span className="identifier-name">{name}</span> : null}
    </span>
  );
}

/** An identifier without a page of its own, which can be copied. */
export function PlainIdentifier({ id }: { id: string }) {
  return (
    <span className="identifier-id">
      <span className="code">{id}</span>
      <Copy text={id} />
    </span>
  );
}

export function Copy({ text, what = text }: { text: string; what?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <button type="button" className="copy" aria-label={done ? `Copied ${what}` : `Copy ${what}`} title={done ? "Copied" : "Copy"} onClick={() => void copy()}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {done ? <path d="M3 8.5l3.2 3.2L13 4.800" /> : <path d="M5.500 5.500V2.500h8v8h-3M2.500 5.500h8v8h-8z" />}
      </svg>
    </button>
  );
}
