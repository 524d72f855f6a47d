/** Tabs with roving focus: arrows, Home and End choose. The panels are the caller's, with the ids given here. */
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";

export interface TabItem<Id extends string> {
  id: Id;
  label: string;
  /** Shown behind the label, e.g. a badge. */
  extra?: ComponentChildren;
}

export interface TabsProps<Id extends string> {
  name: string;
  label: string;
  items: readonly TabItem<Id>[];
  chosen: Id;
  choose: (id: Id) => void;
  /** Set where the tabs may be put into another order: by dragging, or by Ctrl, Shift and an arrow. */
  move?: (id: Id, to: number) => void;
}

export const tabId = (name: string, id: string): string => `tab-${name}-${id}`;
export const panelId = (name: string, id: string): string => `panel-${name}-${id}`;

const STEP: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function Tabs<Id extends string>({ name, label, items, chosen, choose, move: reorder }: TabsProps<Id>): JSX.Element {
  const dragged = useRef<Id | null>(null);
  const drop = (event: DragEvent, to: number): void => {
    if (dragged.current === null || !reorder) return;
    event.preventDefault();
    reorder(dragged.current, to);
    dragged.current = null;
  };
  const shift = (id: Id, by: number): void => {
    const to = items.findIndex((item) => item.id === id) + by;
    if (to < 0 || to >= items.length) return;
    reorder?.(id, to);
    requestAnimationFrame(() => document.getElementById(tabId(name, id))?.focus());
  };
  const move = (event: KeyboardEvent): void => {
    const at = items.findIndex((item) => item.id === chosen);
    const step = STEP[event.key];
    let next: number;
    if (step !== undefined && event.ctrlKey && event.shiftKey && reorder) {
      event.preventDefault();
      shift(chosen, step);
      return;
    }
    if (step !== undefined) next = (at + step + items.length) % items.length;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = items.length - 1;
    else return;
    const item = items[next];
    if (!item) return;
    event.preventDefault();
    choose(item.id);
    document.getElementById(tabId(name, item.id))?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {items.map((item, place) => (
        <button
          key={item.id}
          type="button"
          class={item.id === chosen ? "tab on" : "tab"}
          role="tab"
          id={tabId(name, item.id)}
          aria-selected={item.id === chosen}
          aria-controls={panelId(name, item.id)}
          tabIndex={item.id === chosen ? 0 : -1}
          onClick={() => choose(item.id)}
          draggable={reorder !== undefined}
          onDragStart={(event) => {
            dragged.current = item.id;
            event.dataTransfer?.setData("text/plain", item.label);
          }}
          onDragOver={(event) => dragged.current !== null && event.preventDefault()}
          onDrop={(event) => drop(event, place)}
          onDragEnd={() => (dragged.current = null)}
        >
          {item.label}
          {item.extra}
        </button>
      ))}
    </div>
  );
}
