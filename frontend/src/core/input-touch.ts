/**
 * Fingers on a shared picture, as what they mean: clicks, drags and wheel turns for the computer, zoom and panning for the
 * reader's own view. Pure: touches with their time in, actions out; `dueAt` says when `tick` has something to do.
 *
 * tap = left click · second tap close by = double click · hold, then let go = right click · hold, then move = drag ·
 * two fingers = wheel, or zoom when they part · one finger at once moving = pans a zoomed picture, else moves the pointer.
 */

export interface Touch {
  readonly type: "down" | "move" | "up" | "cancel";
  readonly id: number;
  /** Client pixels. */
  readonly x: number;
  readonly y: number;
  /** Milliseconds. */
  readonly at: number;
}

export type TouchAction =
  | { readonly do: "move" | "press" | "lift"; readonly x: number; readonly y: number; readonly button: 0 | 2 }
  /** Wheel steps, positive right and down. */
  | { readonly do: "wheel"; readonly x: number; readonly y: number; readonly dx: number; readonly dy: number }
  | { readonly do: "pan"; readonly dx: number; readonly dy: number }
  /** Scale by `factor` around a point, then move by `dx`, `dy`. */
  | { readonly do: "zoom"; readonly factor: number; readonly x: number; readonly y: number; readonly dx: number; readonly dy: number }
  /** Feedback under the finger: holding, then armed for the right click; null takes it away. */
  | { readonly do: "ring"; readonly ring: { readonly x: number; readonly y: number; readonly armed: boolean } | null };

export interface TouchMode {
  /** The computer may be operated; otherwise fingers only zoom and pan. */
  readonly operate: boolean;
  /** The picture is larger than its frame. */
  readonly zoomed: boolean;
}

export const HOLD_MS = 250;
export const RIGHT_MS = 650;
export const SLOP_PX = 10;
const DOUBLE_TAP_MS = 400;
const DOUBLE_TAP_PX = 32;
const WHEEL_PX_PER_STEP = 40;
const PINCH_PX = 24;

interface Finger {
  readonly id: number;
  x: number;
  y: number;
}

type State =
  | { readonly kind: "none" | "over" }
  | { readonly kind: "touched"; readonly x: number; readonly y: number; readonly since: number; ring: "none" | "holding" | "armed" }
  | { readonly kind: "drag" | "hover" | "pan" }
  | { readonly kind: "two" | "wheel" | "pinch"; readonly startGap: number; readonly startX: number; readonly startY: number; gap: number; x: number; y: number };

export class TouchReader {
  #fingers: Finger[] = [];
  #state: State = { kind: "none" };
  #lastTap: { readonly x: number; readonly y: number; readonly at: number } | null = null;

  constructor(private readonly mode: () => TouchMode) {}

  /** When `tick` must be called; null while nothing is waited for. */
  get dueAt(): number | null {
    const state = this.#state;
    if (state.kind !== "touched" || state.ring === "armed" || !this.mode().operate) return null;
    return state.since + (state.ring === "none" ? HOLD_MS : RIGHT_MS);
  }

  tick(at: number): TouchAction[] {
    const state = this.#state;
    const due = this.dueAt;
    if (state.kind !== "touched" || due === null || at < due) return [];
    state.ring = at >= state.since + RIGHT_MS ? "armed" : "holding";
    return [{ do: "ring", ring: { x: state.x, y: state.y, armed: state.ring === "armed" } }];
  }

  take(touch: Touch): TouchAction[] {
    const late = this.tick(touch.at);
    switch (touch.type) {
      case "down":
        return [...late, ...this.#down(touch)];
      case "move":
        return [...late, ...this.#move(touch)];
      case "up":
        return [...late, ...this.#up(touch)];
      case "cancel":
        return [...late, ...this.reset()];
    }
  }

  /** Forget every finger; what was pressed is let go. */
  reset(): TouchAction[] {
    const actions = [...this.#unring(), ...this.#letGo()];
    this.#fingers = [];
    this.#state = { kind: "none" };
    return actions;
  }

  #down({ id, x, y, at }: Touch): TouchAction[] {
    // A finger that comes down twice was lost in between.
    const lost = this.#fingers.some((finger) => finger.id === id) ? this.reset() : [];
    this.#fingers.push({ id, x, y });
    if (this.#fingers.length === 1) {
      this.#state = { kind: "touched", x, y, since: at, ring: "none" };
      return lost;
    }
    // A finger more while dragging is the hand's edge; a third one means nothing.
    if (this.#state.kind === "drag" || this.#fingers.length > 2) return [];
    const actions = this.#unring();
    const pair = this.#pair();
    this.#lastTap = null;
    this.#state = { kind: "two", startGap: pair.gap, startX: pair.x, startY: pair.y, ...pair };
    return actions;
  }

  #move({ id, x, y, at }: Touch): TouchAction[] {
    const finger = this.#fingers.find((one) => one.id === id);
    if (finger === undefined) return [];
    const from = { x: finger.x, y: finger.y };
    finger.x = x;
    finger.y = y;
    const state = this.#state;
    switch (state.kind) {
      case "touched":
        return this.#leaves(state, { x, y }, at);
      case "drag":
        return finger === this.#fingers[0] ? [{ do: "move", x, y, button: 0 }] : [];
      case "hover":
        return [{ do: "move", x, y, button: 0 }];
      case "pan":
        return [{ do: "pan", dx: x - from.x, dy: y - from.y }];
      case "two":
      case "wheel":
      case "pinch":
        return this.#fingers.indexOf(finger) > 1 ? [] : this.#two(state);
      case "none":
      case "over":
        return [];
    }
  }

  /** The first finger moves further than a finger trembles. */
  #leaves(state: Extract<State, { kind: "touched" }>, to: { x: number; y: number }, at: number): TouchAction[] {
    if (Math.hypot(to.x - state.x, to.y - state.y) <= SLOP_PX) return [];
    const { operate, zoomed } = this.mode();
    const actions = this.#unring();
    if (operate && at - state.since >= HOLD_MS) {
      this.#state = { kind: "drag" };
      return [...actions, { do: "move", x: state.x, y: state.y, button: 0 }, { do: "press", x: state.x, y: state.y, button: 0 }, { do: "move", ...to, button: 0 }];
    }
    if (zoomed) {
      this.#state = { kind: "pan" };
      return [...actions, { do: "pan", dx: to.x - state.x, dy: to.y - state.y }];
    }
    this.#state = { kind: operate ? "hover" : "over" };
    return operate ? [...actions, { do: "move", ...to, button: 0 }] : actions;
  }

  #two(state: Extract<State, { kind: "two" | "wheel" | "pinch" }>): TouchAction[] {
    const pair = this.#pair();
    let { kind } = state;
    if (kind === "two") {
      const { operate } = this.mode();
      if (Math.abs(pair.gap - state.startGap) > PINCH_PX) kind = "pinch";
      else if (Math.hypot(pair.x - state.startX, pair.y - state.startY) > SLOP_PX) kind = operate ? "wheel" : "pinch";
    }
    this.#state = { ...state, kind, ...pair };
    const [dx, dy] = [pair.x - state.x, pair.y - state.y];
    if (kind === "pinch") return [{ do: "zoom", factor: state.gap > 0 ? pair.gap / state.gap : 1, x: state.x, y: state.y, dx, dy }];
    // Contents follow the fingers: up means on.
    if (kind === "wheel") return [{ do: "wheel", x: pair.x, y: pair.y, dx: -dx / WHEEL_PX_PER_STEP, dy: -dy / WHEEL_PX_PER_STEP }];
    return [];
  }

  #up({ id, x, y, at }: Touch): TouchAction[] {
    const place = this.#fingers.findIndex((finger) => finger.id === id);
    if (place < 0) return [];
    const finger = this.#fingers[place];
    if (finger) [finger.x, finger.y] = [x, y];
    const state = this.#state;
    const actions = [...this.#unring(), ...(place === 0 ? this.#letGo() : [])];
    if (state.kind === "touched" && this.mode().operate) actions.push(...this.#click(state, at));
    this.#fingers.splice(place, 1);
    // What is left of a gesture means nothing until every finger is up.
    if (this.#fingers.length === 0) this.#state = { kind: "none" };
    else if (place < 2 && !(state.kind === "drag" && place > 0)) this.#state = { kind: "over" };
    return actions;
  }

  #click(state: Extract<State, { kind: "touched" }>, at: number): TouchAction[] {
    const button = state.ring === "armed" ? 2 : 0;
    const before = this.#lastTap;
    const double = button === 0 && before !== null && at - before.at <= DOUBLE_TAP_MS && Math.hypot(state.x - before.x, state.y - before.y) <= DOUBLE_TAP_PX;
    // The second tap of a finger lands beside the first; a computer wants both at one place.
    const { x, y } = double ? before : state;
    this.#lastTap = button === 0 && !double ? { x, y, at } : null;
    return [
      { do: "move", x, y, button },
      { do: "press", x, y, button },
      { do: "lift", x, y, button },
    ];
  }

  #letGo(): TouchAction[] {
    const [finger] = this.#fingers;
    return this.#state.kind === "drag" && finger ? [{ do: "lift", x: finger.x, y: finger.y, button: 0 }] : [];
  }

  #unring(): TouchAction[] {
    const state = this.#state;
    return state.kind === "touched" && state.ring !== "none" ? [{ do: "ring", ring: null }] : [];
  }

  #pair(): { gap: number; x: number; y: number } {
    const [one, two] = this.#fingers;
    if (!one || !two) return { gap: 0, x: one?.x ?? 0, y: one?.y ?? 0 };
    return { gap: Math.hypot(one.x - two.x, one.y - two.y), x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 };
  }
}
