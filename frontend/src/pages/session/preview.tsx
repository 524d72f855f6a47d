/** The small picture of what is shown, with its styles: fetched with the first share. */

import "../../ui/screen.css";

export { SharePreview } from "../../ui/share-preview.tsx";
