/** How an address and a number are read out on the phone, letter by letter. */
import { tc } from "../../core/i18n.ts";

export interface Letter {
  readonly sign: string;
  readonly word: string;
}

function letterWords(): Readonly<Record<string, string>> {
  return {
    a: tc("spelling", "Alfa"),
    b: tc("spelling", "Bravo"),
    c: tc("spelling", "Charlie"),
    d: tc("spelling", "Delta"),
    e: tc("spelling", "Echo"),
    f: tc("spelling", "Foxtrot"),
    g: tc("spelling", "Golf"),
    h: tc("spelling", "Hotel"),
    i: tc("spelling", "India"),
    j: tc("spelling", "Juliett"),
    k: tc("spelling", "Kilo"),
    l: tc("spelling", "Lima"),
    m: tc("spelling", "Mike"),
    n: tc("spelling", "November"),
    o: tc("spelling", "Oscar"),
    p: tc("spelling", "Papa"),
    q: tc("spelling", "Quebec"),
    r: tc("spelling", "Romeo"),
    s: tc("spelling", "Sierra"),
    t: tc("spelling", "Tango"),
    u: tc("spelling", "Uniform"),
    v: tc("spelling", "Victor"),
    w: tc("spelling", "Whiskey"),
    x: tc("spelling", "X-ray"),
    y: tc("spelling", "Yankee"),
    z: tc("spelling", "Zulu"),
    "0": tc("spelling", "zero"),
    "1": tc("spelling", "one"),
    "2": tc("spelling", "two"),
    "3": tc("spelling", "three"),
    "4": tc("spelling", "four"),
    "5": tc("spelling", "five"),
    "6": tc("spelling", "six"),
    "7": tc("spelling", "seven"),
    "8": tc("spelling", "eight"),
    "9": tc("spelling", "nine"),
    ".": tc("spelling", "dot"),
    ":": tc("spelling", "colon"),
    "-": tc("spelling", "hyphen"),
    "/": tc("spelling", "slash"),
  };
}

export function spellAddress(address: string): Letter[] {
  const words = letterWords();
  return Array.from(address.toLowerCase(), (sign) => ({ sign, word: words[sign] ?? sign }));
}

/** "one two three, four five six, …": groups of three as on the screen. */
export function spellNumber(digits: string): string {
  const words = letterWords();
  const groups = digits.match(/.{1,3}/g) ?? [];
  return groups.map((group) => Array.from(group, (digit) => words[digit] ?? digit).join(" ")).join(", ");
}
