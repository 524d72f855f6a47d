/**
 * Draws the owner's cursor over the picture, past the component tree (up to 60 times a second). While this reader operates
 * with the pointer over the picture, the browser's own pointer takes the shape instead: it follows the hand without delay.
 */
import type { CursorPosition, CursorShape } from "../protocol/generated.ts";

export class CursorPainter {
  #shapes = new Map<number, CursorShape>();
  #position: CursorPosition | null = null;
  #operating = false;
  #over = false;
  #drawn = -1;

  constructor(
    private readonly surface: HTMLElement,
    private readonly image: HTMLImageElement,
    private readonly picture: HTMLVideoElement,
  ) {}

  start(): () => void {
    const stop = new AbortController();
    const over = (on: boolean) => () => {
      this.#over = on;
      this.#draw();
    };
    this.surface.addEventListener("pointerenter", over(true), { signal: stop.signal });
    this.surface.addEventListener("pointerleave", over(false), { signal: stop.signal });
    const resized = new ResizeObserver(() => this.#draw());
    resized.observe(this.surface);
    this.picture.addEventListener("resize", () => this.#draw(), { signal: stop.signal });
    return () => {
      stop.abort();
      resized.disconnect();
    };
  }

  shape(shape: CursorShape): void {
    this.#shapes.set(shape.serial, shape);
    this.#draw();
  }

  cursor(position: CursorPosition): void {
    this.#position = position;
    this.#draw();
  }

  operating(on: boolean): void {
    this.#operating = on;
    this.#draw();
  }

  #draw(): void {
    const position = this.#position;
    const shape = position ? this.#shapes.get(position.serial) : undefined;
    const own = this.#operating && this.#over;
    const url = shape ? `data:image/png;base64,${shape.png}` : "";
    const hidden = position?.visible === false;
    const pointer = hidden ? "none" : shape ? `url(${url}) ${shape.hot_x} ${shape.hot_y}, default` : "default";
    const wanted = own ? pointer : "";
    if (this.surface.style.cursor !== wanted) this.surface.style.cursor = wanted;
    this.image.hidden = !shape || !position || hidden || own || this.picture.videoWidth === 0;
    if (this.image.hidden || !shape || !position) return;
    if (this.#drawn !== shape.serial) {
      this.image.src = url;
      this.#drawn = shape.serial;
    }
    const scale = this.surface.clientWidth / this.picture.videoWidth;
    this.image.style.width = `${shape.width * scale}px`;
    this.image.style.left = `${position.x * 100}%`;
    this.image.style.top = `${position.y * 100}%`;
    this.image.style.translate = `${-shape.hot_x * scale}px ${-shape.hot_y * scale}px`;
  }
}
