import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, scope, useAnswers } from "../../api/queries";
import type { Answers } from "../../api/types";
import { download, fieldsCsv } from "../../components/csv";
import { Panel, Shown } from "../../components/Panel";
import { stretch } from "../../format/time";
import { useScope } from "../../scope/context";
import type { Range } from "../../scope/scope";
import { AnswerCard } from "./AnswerCard";
import { PermitTable } from "./PermitTable";
import { ContactTable, PortUseTable, TransferTable } from "./tables";

/** The four questions of an investigation, each with its rows and its query. */
export function AnswersPanel({ id, range, finding }: { id: string; range: Range; finding: string | null }) {
  const answers = useAnswers(id, range, finding);
  const { zone } = useScope();
  const found = answers.data;
  return (
    <Panel
      id="answers"
      title="Answers"
      help="answers"
      description={`The four questions of an investigation, about ${stretch(range.from, range.to, zone)}${finding ? ", the connections of the finding first" : ""}.`}
      request={requestOf("/api/v1/entities/{entity}/answers", { entity: id }, { ...scope(range), finding: finding ?? undefined })}
      onCsv={found ? () => download(`answers-${id}.csv`, fieldsCsv(found)) : null}
    >
      <Shown loading={answers.isPending} error={answers.error} onRetry={() => void answers.refetch()} height={360}>
        {() => (found ? <Cards answers={found} /> : null)}
      </Shown>
    </Panel>
  );
}

function Cards({ answers }: { answers: Answers }) {
  return (
    <SpaceBetween size="m">
      <AnswerCard name="ports" answer={answers.ports} noun="port">
        {(rows) => <PortUseTable rows={rows} />}
      </AnswerCard>
      <AnswerCard name="transfer" answer={answers.transfer} noun="comparison">
        {(rows) => <TransferTable rows={rows} />}
      </AnswerCard>
      <AnswerCard name="permission" answer={answers.permission} noun="connection">
        {(rows) => <PermitTable rows={rows} />}
      </AnswerCard>
      <AnswerCard name="reach" answer={answers.reach} noun="contact">
        {(rows) => <ContactTable rows={rows} />}
      </AnswerCard>
    </SpaceBetween>
  );
}
