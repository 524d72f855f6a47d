// @ts-check
/** Vite plugin: `virtual:catalog/PAGE` offers one lazily loaded chunk of words per language. */
import { LANGUAGES, pageCatalog } from "./catalog.js";

const PREFIX = "virtual:catalog/";

/** @returns {import("vite").Plugin} */
export function catalogs() {
  return {
    name: "catalogs",
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}` : null;
    },
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      const [page, language] = id.slice(PREFIX.length + 1).split("/");
      if (page === undefined) return null;
      const known = LANGUAGES.find((name) => name === language);
      if (known !== undefined) return `export default JSON.parse(${JSON.stringify(JSON.stringify(pageCatalog(page, known)))});`;
      const loaders = LANGUAGES.map((name) => `${name}: () => import("${PREFIX}${page}/${name}")`);
      return `export const catalogs = { ${loaders.join(", ")} };`;
    },
  };
}
