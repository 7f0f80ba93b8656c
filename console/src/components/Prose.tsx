import { Fragment } from "react";
import { Identifier, PlainIdentifier } from "./Identifier";

/** Identifiers and addresses in a sentence. Numbers with dots are addresses only when all four parts fit in one. */
const FOUND =
  /(?<![\w.:/-])((?:i|eni|vpc|subnet|sg|acl)-[0-9a-f]{8,17}|(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)|[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)(?![\w/-]|\.\d)/gi;

/** Kinds of identifiers that have a page of their own. */
const WITH_PAGE = /^(?:i|eni)-|^[\d.]+$|:/;

/** A sentence of the interface, in which every identifier and address is a link and can be copied. */
export function Prose({ text, scope }: { text: string; scope?: { from: number; to: number } }) {
  return (
    <>
      {text.split(FOUND).map((part, at) =>
        // Every second part is what was found.
        at % 2 === 0 ? (
          <Fragment key={`${at} ${part}`}>{part}</Fragment>
        ) : WITH_PAGE.test(part) ? (
          <Identifier key={`${at} ${part}`} id={part} scope={scope} />
        ) : (
          <PlainIdentifier key={`${at} ${part}`} id={part} />
        ),
      )}
    </>
  );
}
