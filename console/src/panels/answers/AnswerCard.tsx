import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { ReactNode } from "react";
import type { Answer } from "../../api/types";
import { VerdictBadge } from "../../components/badges";
import { type CsvColumn, download, toCsv } from "../../components/csv";
import { PanelTools } from "../../components/Panel";
import { plural } from "../../components/words";
import { percent } from "../../format/number";
import { oneOf, useParams } from "../../routing/params";

const NAMES = ["ports", "transfer", "permission", "reach"] as const;
const params = { answer: oneOf(["", ...NAMES] as const, "") };

interface AnswerCardProps<T> {
  name: (typeof NAMES)[number];
  answer: Answer<T>;
  /** What one of its rows is. */
  noun: string;
  children: (rows: T[]) => ReactNode;
}

/** One question: its verdict, its answer in words, what to keep in mind, and its rows. */
export function AnswerCard<T extends object>({ name, answer, noun, children }: AnswerCardProps<T>) {
  const [{ answer: open }, setParams] = useParams(params);
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
      <p className="answer-words">{answer.answer}</p>
      {answer.caveats.length ? (
        <ul className="caveats" aria-label="To be kept in mind">
          {answer.caveats.map((caveat) => (
            <li key={caveat}>{caveat}</li>
          ))}
        </ul>
      ) : null}
      <div className="answer-foot">
        <Box color="text-body-secondary" fontSize="body-s">
          <span title="How far the data and the history carry this answer">Confidence {percent(answer.confidence)}</span>
        </Box>
        <PanelTools title={answer.question} query={answer.query} onCsv={answer.rows.length ? save : null} />
      </div>
      {answer.rows.length ? (
        <ExpandableSection
          variant="footer"
          headerText={`${plural(answer.rows.length, noun)} behind it`}
          expanded={open === name}
          onChange={({ detail }) => setParams({ answer: detail.expanded ? name : "" }, { replace: true })}
        >
          {open === name ? children(answer.rows) : null}
        </ExpandableSection>
      ) : null}
    </section>
  );
}

function flat(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? JSON.stringify(value) : (value as string | number | boolean);
}
