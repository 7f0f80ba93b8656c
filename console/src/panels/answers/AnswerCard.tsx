import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { type ReactNode, useState } from "react";
import type { Answer } from "../../api/types";
import { VerdictBadge } from "../../components/badges";
import { confidenceNumber, confidenceWord } from "../../components/confidence";
import { type CsvColumn, download, toCsv } from "../../components/csv";
import { PanelTools } from "../../components/Panel";
import { Prose } from "../../components/Prose";
import { plural } from "../../components/words";
import { list, useParams } from "../../routing/params";
import type { Fact } from "./facts";

/** The answers whose rows are open. */
const params = { answer: list() };

interface AnswerCardProps<T> {
  name: "ports" | "transfer" | "permission" | "reach";
  answer: Answer<T>;
  /** Whom and what time it is about, in words. */
  about: string;
  /** The answer in a line. */
  verdict: string;
  facts: readonly Fact[];
  /** What one of its rows is. */
  noun: string;
  children: (rows: T[]) => ReactNode;
}

/** One question: its verdict in a line, the facts behind it, how far it can be relied on, and its rows. */
export function AnswerCard<T extends object>({ name, answer, about, verdict, facts, noun, children }: AnswerCardProps<T>) {
  const [{ answer: opened }, setParams] = useParams(params);
  const open = opened.includes(name);
  const heads = [...new Set(answer.rows.flatMap((row) => Object.keys(row)))];
  const save = () =>
    download(
      `answer-${name}.csv`,
      toCsv(
        heads.map((head): CsvColumn<T> => [head, (row) => flat((row as Record<string, unknown>)[head])]),
        answer.rows,
      ),
    );
  return (
    <section className="answer" data-answer={name} aria-label={answer.question}>
      <div className="answer-head">
        <h3>{answer.question}</h3>
        <VerdictBadge verdict={answer.verdict} />
      </div>
      <p className="answer-verdict">{verdict}</p>
      {facts.length ? (
        <ul className="facts" aria-label="Facts">
          {facts.map((fact) => (
            <li key={fact.key}>{fact.words}</li>
          ))}
        </ul>
      ) : null}
      <div className="answer-foot">
        <Reliance confidence={answer.confidence} caveats={answer.caveats} />
        <span className="answer-tools">
          <CopyAnswer answer={answer} about={about} />
          <PanelTools title={answer.question} query={answer.query} onCsv={answer.rows.length ? save : null} />
        </span>
      </div>
      {answer.rows.length ? (
        <ExpandableSection
          variant="footer"
          headerText={`${plural(answer.rows.length, noun)} behind it`}
          expanded={open}
          onChange={({ detail }) => setParams({ answer: detail.expanded ? [...opened, name] : opened.filter((each) => each !== name) }, { replace: true })}
        >
          {open ? children(answer.rows) : null}
        </ExpandableSection>
      ) : null}
    </section>
  );
}

/** How far an answer can be relied on, and why. */
function Reliance({ confidence, caveats }: { confidence: number; caveats: readonly string[] }) {
  return (
    <div className="reliance">
      <span title={confidenceNumber(confidence)}>
        Confidence: <strong>{confidenceWord(confidence)}</strong>
      </span>
      {caveats.length ? (
        <ul className="caveats" aria-label="To be kept in mind">
          {caveats.map((caveat) => (
            <li key={caveat}>
              <Prose text={caveat} />
            </li>
          ))}
        </ul>
      ) : (
        ", nothing is known to be missing and there is enough history."
      )}
    </div>
  );
}

/** Copies the answer in sentences, for a ticket or a report. It says what it is about: its days of history are those before that time. */
function CopyAnswer({ answer, about }: { answer: Answer<unknown>; about: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText([answer.question, `About ${about}.`, answer.answer, ...answer.caveats].join("\n"));
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <Button variant="inline-link" iconName={done ? "check" : "copy"} ariaLabel={`${done ? "Copied" : "Copy"}: ${answer.question}`} onClick={() => void copy()}>
      {done ? "Copied" : "Copy"}
    </Button>
  );
}

function flat(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? JSON.stringify(value) : (value as string | number | boolean);
}
