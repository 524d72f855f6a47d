/** A button with a menu: arrows move, Esc and a click elsewhere close, the focus comes back to the button. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem {
  id: string;
  label: string;
  icon?: IconName;
  /** Set for a choice of several: the chosen one. */
  checked?: boolean;
  /** Why it cannot be done now; said as its title. */
  off?: string | undefined;
  run: () => void;
}

export interface MenuProps {
  /** Accessible name of the button when `children` has none. */
  label?: string;
  kind?: string;
  disabled?: boolean;
  title?: string;
  /** Where the menu opens from its button. */
  place?: "down" | "down-end" | "up" | "up-end";
  items: readonly (MenuItem | "line")[];
  children: ComponentChildren;
  head?: ComponentChildren;
}

export function Menu({ label, kind = "btn ghost sm", disabled = false, title, place = "down", items, children, head }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const entries = (): HTMLElement[] => [...(root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  useLayoutEffect(() => {
    if (!open) return;
    (entries().find((entry) => entry.getAttribute("aria-checked") === "true") ?? entries()[0])?.focus();
    const outside = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    // The console's tray is a document of its own.
    const page = root.current?.ownerDocument ?? document;
    page.addEventListener("pointerdown", outside);
    return () => page.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const keys = (event: KeyboardEvent): void => {
    if (!open) return;
    event.stopPropagation();
    const all = entries();
    const at = all.indexOf(root.current?.ownerDocument.activeElement as HTMLElement);
    const goals: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const goal = goals[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") {
      setOpen(false);
      return;
    } else if (goal !== undefined) all[(goal + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
  };

  return (
    <div class="menu-root" ref={root} onKeyDown={keys}>
      <button
        ref={button}
        type="button"
        class={kind}
        aria-label={label}
        title={title}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-disabled={disabled}
        onClick={() => !disabled && setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div class={`menu menu-${place}`}>
          {head}
          <div role="menu" aria-label={label ?? title}>
          {items.map((item, place_) =>
            item === "line" ? (
              <hr key={`line-${String(place_)}`} />
            ) : (
              <button
                key={item.id}
                type="button"
                role={item.checked === undefined ? "menuitem" : "menuitemradio"}
                aria-checked={item.checked}
                aria-disabled={item.off === undefined ? undefined : true}
                title={item.off}
                tabIndex={-1}
                class={item.checked ? "on" : ""}
                onClick={() => {
                  if (item.off !== undefined) return;
                  close();
                  item.run();
                }}
              >
                {item.icon && <Icon name={item.icon} size="s" />}
                {item.label}
              </button>
            ),
          )}
          </div>
        </div>
      )}
    </div>
  );
}
