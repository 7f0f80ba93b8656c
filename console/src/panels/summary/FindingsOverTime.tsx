import { useMemo } from "react";
import { requestOf, scope } from "../../api/queries";
import type { SeverityWord, Summary } from "../../api/types";
import { useShade } from "../../app/preferences";
import { chartColors } from "../../charts/colors";
import { binStarts, countSplits } from "../../charts/scales";
import { TimeChart } from "../../charts/TimeChart";
import { SeverityBadge } from "../../components/badges";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Empty, Panel } from "../../components/Panel";
import { count } from "../../format/number";
import { seconds } from "../../format/time";
import { setScope, useScope } from "../../scope/context";

const WORDS: SeverityWord[] = ["low", "medium", "high", "critical"];

/** Occurrences by severity over the scope, and how many findings there are. */
export function FindingsOverTime({ summary }: { summary: Summary }) {
  const { range, zone } = useScope();
  const colors = chartColors(useShade());
  const binSecs = summary.bin_secs;
  const shown = useMemo(() => ({ from: Math.floor(range.from / binSecs) * binSecs, to: Math.ceil(range.to / binSecs) * binSecs }), [range, binSecs]);
  const starts = useMemo(() => binStarts(shown.from, shown.to, binSecs), [shown, binSecs]);
  const bins = summary.findings_over_time;
  const bars = useMemo(() => {
    const at = new Map(starts.map((start, index) => [start, index]));
    return WORDS.map((word) => {
      const values: (number | null)[] = starts.map(() => null);
      for (const bin of bins) {
        const index = bin.severity === word ? at.get(seconds(bin.start)) : undefined;
        if (index !== undefined) values[index] = bin.occurrences;
      }
      return { label: word, color: colors.severity[word], values };
    }).filter((part) => part.values.some((value) => value !== null));
  }, [bins, starts, colors]);
  const describe = (index: number): string[] => {
    const said = bins.filter((bin) => seconds(bin.start) === starts[index]).map((bin) => `${bin.severity}: ${bin.occurrences} occurrences of ${bin.findings} findings`);
    return said.length ? said : ["nothing noted"];
  };
  const totals = WORDS.map((word) => ({ word, current: sum(summary, word, false), archived: sum(summary, word, true) })).reverse();
  return (
    <Panel
      title="Findings by severity over time"
      help="findings-over-time"
      description="Occurrences in each interval of the scope time. Drag to set the scope time."
      request={requestOf("/api/v1/summary", {}, scope(range))}
      onCsv={() => download("findings-over-time.csv", toCsv(plainColumns("start", "severity", "findings", "occurrences"), bins))}
    >
      <div className="tallies">
        {totals.map(({ word, current, archived }) => (
          <div key={word} className="tally">
            <span className="tally-number">{current}</span>
            <SeverityBadge word={word} />
            {archived ? <span className="secondary">{archived} archived</span> : null}
          </div>
        ))}
        <span className="secondary tally-note">current findings, at whatever time</span>
      </div>
      {bars.length ? (
        <TimeChart
          label="Occurrences of findings over time"
          window={shown}
          binSecs={binSecs}
          starts={starts}
          bars={bars}
          zone={zone}
          height={140}
          tick={count}
          splits={countSplits}
          syncKey="findings"
          describe={describe}
          onRange={(chosen) => setScope({ kind: "absolute", ...chosen })}
        />
      ) : (
        <Empty title="Nothing was noted in scope time">Choose a longer scope time to see what was noted before.</Empty>
      )}
    </Panel>
  );
}

function sum(summary: Summary, word: SeverityWord, archived: boolean): number {
  return summary.findings.filter((total) => total.severity === word && total.archived === archived).reduce((all, total) => all + total.count, 0);
}
