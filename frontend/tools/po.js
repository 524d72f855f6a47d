// @ts-check
/** Reading and writing gettext catalogs: the small part of the format that this project uses. */

/** @typedef {{context: string, id: string, plural: string, text: string[], refs: string[]}} Entry */

/** Unescape a quoted PO string. @param {string} quoted */
function unquote(quoted) {
  return JSON.parse(quoted.replace(/\t/g, "\\t"));
}

/** Key of an entry in a compiled catalog. @param {Pick<Entry, "context" | "id">} entry */
export function keyOf(entry) {
  return entry.context === "" ? entry.id : `${entry.context}\u0004${entry.id}`;
}

/**
 * Parse a PO file; the header is left out.
 * @param {string} text
 * @param {string} name of the file, for errors
 * @returns {Entry[]}
 */
export function parsePo(text, name) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Entry | null} */
  let entry = null;
  /** @type {(piece: string) => void} */
  let append = () => undefined;
  text.split("\n").forEach((line, index) => {
    if (line.startsWith("#~") || line.trim() === "") {
      entry = null;
      return;
    }
    entry ??= addEntry(entries);
    const current = entry;
    if (line.startsWith("#:")) current.refs.push(line.slice(2).trim());
    if (line.startsWith("#")) return;
    const match = /^(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d+)\])? )?(".*")$/.exec(line);
    if (match === null) throw new Error(`${name}:${index + 1}: not understood: ${line}`);
    const [, keyword, form, quoted] = match;
    if (keyword !== undefined) append = appender(current, keyword, Number(form ?? 0));
    append(unquote(/** @type {string} */ (quoted)));
  });
  return entries.filter((found) => found.id !== "");
}

/** @param {Entry[]} entries */
function addEntry(entries) {
  const entry = { context: "", id: "", plural: "", text: [], refs: [] };
  entries.push(entry);
  return entry;
}

/**
 * @param {Entry} entry
 * @param {string} keyword
 * @param {number} form
 * @returns {(piece: string) => void}
 */
function appender(entry, keyword, form) {
  if (keyword === "msgctxt") return (piece) => (entry.context += piece);
  if (keyword === "msgid") return (piece) => (entry.id += piece);
  if (keyword === "msgid_plural") return (piece) => (entry.plural += piece);
  return (piece) => (entry.text[form] = (entry.text[form] ?? "") + piece);
}

const PLURALS = { en: "nplurals=2; plural=(n != 1);", ja: "nplurals=1; plural=0;" };

/**
 * Write entries as a PO file, sorted, so that two branches that add words rarely meet on one line.
 * @param {Entry[]} entries
 * @param {"en" | "ja"} language
 */
export function formatPo(entries, language) {
  const head =
    `msgid ""\nmsgstr ""\n"Language: ${language}\\n"\n"MIME-Version: 1.0\\n"\n` +
    `"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: ${PLURALS[language]}\\n"\n`;
  const sorted = [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return head + sorted.map((entry) => `\n${formatEntry(entry)}`).join("");
}

/** @param {Entry} entry */
function formatEntry(entry) {
  const lines = [];
  if (entry.context !== "") lines.push(`msgctxt ${JSON.stringify(entry.context)}`);
  lines.push(`msgid ${JSON.stringify(entry.id)}`);
  if (entry.plural === "") {
    lines.push(`msgstr ${JSON.stringify(entry.text[0] ?? "")}`);
  } else {
    lines.push(`msgid_plural ${JSON.stringify(entry.plural)}`);
    entry.text.forEach((text, form) => lines.push(`msgstr[${form}] ${JSON.stringify(text)}`));
  }
  return `${lines.join("\n")}\n`;
}
