import { startLanguage } from "../../core/i18n.ts";
import { pageLanguage } from "../../core/page.ts";
import { catalogs } from "virtual:catalog/session";

await startLanguage(pageLanguage(document), catalogs);
