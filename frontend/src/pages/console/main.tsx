import { startLanguage } from "../../core/i18n.ts";
import { pageLanguage } from "../../core/page.ts";
import { catalogs } from "virtual:catalog/console";

await startLanguage(pageLanguage(document), catalogs);
