import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, scope, useAnswers } from "../../api/queries";
import type { Answers } from "../../api/types";
import { download, fieldsCsv } from "../../components/csv";
import { Panel, Shown } from "../../components/Panel";
import { stretch } from "../../format/time";
import { useScope } from "../../scope/context";
import type { Range } from "../../scope/scope";
import { AnswerCard } from "./AnswerCard";
import { type About, permissionFacts, portFacts, reachFacts, transferFacts } from "./facts";
import { PermitTable } from "./PermitTable";
import { ContactTable, PortUseTable, TransferTable } from "./tables";
import { permissionVerdict, portsVerdict, reachVerdict, transferVerdict } from "./verdicts";

interface AnswersPanelProps {
  id: string;
  /** The time that the answers are about. */
  range: Range;
  finding: string | null;
  /** Leads back from the window of the details to the scope time, when the answers are about the window. */
  onWiden?: (() => void) | null;
}

/** The four questions of an investigation, each with its verdict, its facts, its rows and its query. */
export function AnswersPanel({ id, range, finding, onWiden }: AnswersPanelProps) {
  const answers = useAnswers(id, range, finding);
  const { zone } = useScope();
  const found = answers.data;
  return (
    <Panel
      id="answers"
      title="Answers"
      help="answers"
      description={
        <>
          About {stretch(range.from, range.to, zone)}
          {onWiden ? <strong>, the window of the details</strong> : null}
          {finding ? ", the connections of the finding first" : ""}.
        </>
      }
      actions={onWiden ? <Button onClick={onWiden}>Answer for scope time</Button> : null}
      request={requestOf("/api/v1/entities/{entity}/answers", { entity: id }, { ...scope(range), finding: finding ?? undefined })}
      onCsv={found ? () => download(`answers-${id}.csv`, fieldsCsv(found)) : null}
    >
      <Shown loading={answers.isPending} error={answers.error} onRetry={() => void answers.refetch()} height={640}>
        {() => (found ? <Cards answers={found} about={{ entity: id, range }} words={`${id}, ${stretch(range.from, range.to, zone)}`} /> : null)}
      </Shown>
    </Panel>
  );
}

function Cards({ answers, about, words }: { answers: Answers; about: About; words: string }) {
  const { ports, transfer, permission, reach } = answers;
  return (
    <SpaceBetween size="m">
      <AnswerCard name="ports" answer={ports} about={words} verdict={portsVerdict(ports)} facts={portFacts(ports, about)} noun="port">
        {(rows) => <PortUseTable rows={rows} about={about} />}
      </AnswerCard>
      <AnswerCard name="transfer" answer={transfer} about={words} verdict={transferVerdict(transfer)} facts={transferFacts(transfer)} noun="comparison">
        {(rows) => <TransferTable rows={rows} />}
      </AnswerCard>
      <AnswerCard name="permission" answer={permission} about={words} verdict={permissionVerdict(permission)} facts={permissionFacts(permission, about)} noun="connection">
        {(rows) => <PermitTable rows={rows} />}
      </AnswerCard>
      <AnswerCard name="reach" answer={reach} about={words} verdict={reachVerdict(reach, about.entity)} facts={reachFacts(reach)} noun="contact">
        {(rows) => <ContactTable rows={rows} />}
      </AnswerCard>
    </SpaceBetween>
  );
}
