import Box from "@cloudscape-design/components/box";
import HelpPanel from "@cloudscape-design/components/help-panel";
import { PAGE_TEXTS } from "./texts-pages";
import { PROFILE_TEXTS } from "./texts-profile";
import { type HelpTopic, TOPICS } from "./topics";

/** What a panel says about itself. */
export interface HelpText {
  title: string;
  /** What it shows. */
  shows: string;
  /** How to read it. */
  read: string[];
  /** How to work with it. */
  use?: string[];
  /** What to ask next. */
  ask: string[];
  /** Where the numbers come from. */
  from: string;
}

export function helpText(topic: HelpTopic): HelpText | undefined {
  return PROFILE_TEXTS[topic] ?? PAGE_TEXTS[topic];
}

/** The help of a panel, beside the page. */
export default function HelpContent({ topic }: { topic: string | null }) {
  const known = TOPICS.find((each) => each === topic) ?? "scope";
  const text = helpText(known);
  if (!text) return null;
  return (
    <HelpPanel header={<h2>{text.title}</h2>}>
      <Part title="What it shows">
        <p>{text.shows}</p>
      </Part>
      <Part title="How to read it">
        <List items={text.read} />
      </Part>
      {text.use ? (
        <Part title="How to work with it">
          <List items={text.use} />
        </Part>
      ) : null}
      <Part title="What to ask next">
        <List items={text.ask} />
      </Part>
      <Part title="Where the numbers come from">
        <p>{text.from}</p>
      </Part>
    </HelpPanel>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <Box variant="h3" padding={{ top: "s" }}>
        {title}
      </Box>
      {children}
    </div>
  );
}

function List({ items }: { items: string[] }) {
  return (
    <ul>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
