import { Fragment } from "react";

/** The type of a finding; it may break after its marks rather than inside a word. */
export function FindingType({ name }: { name: string }) {
  return (
    <>
      {name.split(/(?<=[:/.])/).map((part) => (
        <Fragment key={part}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </>
  );
}
