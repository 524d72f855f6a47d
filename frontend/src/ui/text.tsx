/** Text that other people wrote: shown as text, with web addresses as links that give nothing away. */

import type { JSX } from "preact";

const ADDRESS = /(https?:\/\/[^\s<>"'）」』】]+)/g;
const TRAILING = /[.,;:!?)\]、。]+$/;

export interface Piece {
  readonly text: string;
  readonly href: string | null;
}

/** Cut a text into plain pieces and http(s) addresses; punctuation after an address is not part of it. */
export function pieces(text: string): Piece[] {
  return text.split(ADDRESS).flatMap((part, index): Piece[] => {
    if (part === "") return [];
    if (index % 2 === 0) return [{ text: part, href: null }];
    const trailing = TRAILING.exec(part)?.[0] ?? "";
    const address = part.slice(0, part.length - trailing.length);
    const link: Piece = { text: address, href: URL.canParse(address) ? address : null };
    return trailing === "" ? [link] : [link, { text: trailing, href: null }];
  });
}

export function SafeText({ text }: { text: string }): JSX.Element {
  return (
    <>
      {pieces(text).map((piece, index) =>
        piece.href === null ? (
          piece.text
        ) : (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ),
      )}
    </>
  );
}

/** Two letters for a person's disc: initials, or the first character of a name without spaces. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((word) => word !== "");
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return "?";
  const head = (word: string): string => String.fromCodePoint(word.codePointAt(0) ?? 63).toUpperCase();
  return words.length === 1 || !/^[A-Za-z\u00C0-\u024F]/.test(first) ? head(first) : head(first) + head(last);
}
