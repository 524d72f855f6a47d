/** The desk for the components below the page. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { SessionCase } from "./case.ts";
import type { Desk } from "./desk.ts";

const DeskContext = createContext<Desk | null>(null);

export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk");
  return desk;
}

export interface CaseProps {
  one: SessionCase;
}
