/** Arrows, Home and End move the focus along a row of buttons. */

/** Returns the key handler of a row whose buttons match `selector`. */
export function roving(selector: string): (event: KeyboardEvent) => void {
  return (event) => {
    // By its own document: the console's tray is another one than the page's.
    const row = event.currentTarget as HTMLElement;
    const all = [...row.querySelectorAll<HTMLElement>(selector)];
    const at = all.indexOf(row.ownerDocument.activeElement as HTMLElement);
    const goal = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (goal === undefined || at < 0) return;
    event.preventDefault();
    all[(goal + all.length) % all.length]?.focus();
  };
}
