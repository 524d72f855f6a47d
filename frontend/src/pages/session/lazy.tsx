/** Parts of the page that are fetched when they are needed first: most sessions never show a picture here. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Model } from "./model.ts";

type Part<P> = (props: P) => JSX.Element | null;
type Loaded<P> = { readonly part: Part<P> } | "loading" | "failed";

/** Fetch a part once it is wanted; a failed fetch can be tried again. */
function usePart<P>(wanted: boolean, load: () => Promise<Part<P>>): readonly [Loaded<P>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<P>>("loading");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!wanted || typeof loaded === "object") return undefined;
    let alive = true;
    load().then(
      (part) => alive && setLoaded({ part }),
      () => alive && setLoaded("failed"),
    );
    return () => {
      alive = false;
    };
  }, [wanted, tries]);
  const again = (): void => {
    setLoaded("loading");
    setTries(tries + 1);
  };
  return [loaded, again];
}

/** The stage, while somebody else's screen is shown to this person. */
export function Stage({ model }: { model: Model }): JSX.Element | null {
  const wanted = model.watching.value;
  const [loaded, again] = usePart(wanted, () => import("./stage.tsx").then((module) => module.Stage));
  if (!wanted) return null;
  if (typeof loaded === "object") return <loaded.part model={model} />;
  return (
    <section class="share" aria-label={t("Shared screen")}>
      <div class="stage fit">
        <div class="st over" role="status">
          <Icon name={loaded === "failed" ? "alert" : "signal"} size="l" />
          <b>{loaded === "failed" ? t("The picture could not be loaded") : t("Connecting")}</b>
          {loaded === "failed" ? (
            <button type="button" class="btn sm" onClick={again}>
              {t("Try again")}
            </button>
          ) : (
            <p>{t("First picture in about 2 seconds.")}</p>
          )}
        </div>
      </div>
    </section>
  );
}

/** What this page shows of its own computer. */
export function Preview({ model }: { model: Model }): JSX.Element | null {
  const wanted = model.source.stream.value !== null;
  const [loaded] = usePart(wanted, () => import("./preview.tsx").then((module) => module.SharePreview));
  if (!wanted || typeof loaded !== "object") return null;
  return <loaded.part source={model.source} nameOf={(id) => model.shortNameOf(id)} />;
}

/** The place in the line, while a customer who came by themselves waits. */
export function Waiting({ model }: { model: Model }): JSX.Element | null {
  const [loaded, again] = usePart(true, () => import("./waiting.tsx").then((module) => module.Waiting));
  if (typeof loaded === "object") return <loaded.part model={model} />;
  if (loaded === "loading") return null;
  return (
    <button type="button" class="btn sm" onClick={again}>
      {t("Try again")}
    </button>
  );
}
