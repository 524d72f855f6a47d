/** Draws marks on a canvas, frame by frame while there are any, past the component tree. */
import type { DrawnMark, MarkColour, MarkPoint } from "../core/marks.ts";

export interface PainterPorts {
  visible(now: number): readonly DrawnMark[];
  nameOf(participant: string): string;
}

const LINE_PX = 3;
const HEAD_PX = 14;
const FONT_PX = 12;
/** The light theme's tones in every theme: white letters stand on them, and the picture below has no theme. */
const COLOURS: Readonly<Record<MarkColour, string>> = { a: "#0E7490", b: "#A8357F", c: "#5E6B0E", d: "#3B5FC0", e: "#A14D12", f: "#6D4FB3" };

export class MarkPainter {
  #frame: number | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly ports: PainterPorts,
  ) {}

  start(): () => void {
    const sized = new ResizeObserver(() => this.wake());
    sized.observe(this.canvas);
    return () => {
      sized.disconnect();
      if (this.#frame !== null) cancelAnimationFrame(this.#frame);
      this.#frame = null;
    };
  }

  /** There is something new to draw. */
  wake(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (this.#paint() > 0) this.wake();
    });
  }

  #paint(): number {
    const { canvas } = this;
    const context = canvas.getContext("2d");
    if (!context) return 0;
    const ratio = devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const marks = this.ports.visible(Date.now());
    canvas.dataset["marks"] = String(marks.length);
    for (const mark of marks) this.#draw(context, mark, ([x, y]) => [x * width, y * height]);
    return marks.length;
  }

  #draw(context: CanvasRenderingContext2D, mark: DrawnMark, place: (point: MarkPoint) => MarkPoint): void {
    const points = mark.points.map(place);
    const last = points.at(-1);
    const first = points[0];
    if (!first || !last) return;
    const colour = COLOURS[mark.colour ?? "b"];
    context.globalAlpha = mark.strength;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = LINE_PX;
    context.lineCap = context.lineJoin = "round";
    if (mark.kind === "pointer") drawPointer(context, last);
    else if (mark.kind === "box") context.strokeRect(Math.min(first[0], last[0]), Math.min(first[1], last[1]), Math.abs(last[0] - first[0]), Math.abs(last[1] - first[1]));
    else drawLine(context, points);
    if (mark.kind === "arrow") drawHead(context, first, last);
    this.#label(context, this.ports.nameOf(mark.author), last, colour);
    context.globalAlpha = 1;
  }

  #label(context: CanvasRenderingContext2D, name: string, [x, y]: MarkPoint, colour: string): void {
    if (name === "") return;
    context.font = `600 ${FONT_PX}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    const width = context.measureText(name).width + 10;
    const height = FONT_PX + 8;
    const left = Math.max(0, Math.min(x + 10, this.canvas.clientWidth - width));
    const top = Math.max(0, Math.min(y + 10, this.canvas.clientHeight - height));
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(left, top, width, height, 3);
    context.fill();
    context.fillStyle = "#fff";
    context.fillText(name, left + 5, top + height / 2 + 0.5);
  }
}

function drawPointer(context: CanvasRenderingContext2D, [x, y]: MarkPoint): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 4.5, y + 15);
  context.lineTo(x + 8, y + 8);
  context.lineTo(x + 15, y + 4.5);
  context.closePath();
  context.fill();
  context.strokeStyle = "#fff";
  context.lineWidth = 1;
  context.stroke();
}

function drawLine(context: CanvasRenderingContext2D, points: readonly MarkPoint[]): void {
  context.beginPath();
  points.forEach(([x, y], place) => (place === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  // A pen that was set down once leaves a dot.
  if (points.length === 1 && points[0]) context.lineTo(points[0][0] + 0.01, points[0][1]);
  context.stroke();
}

function drawHead(context: CanvasRenderingContext2D, [x0, y0]: MarkPoint, [x, y]: MarkPoint): void {
  const angle = Math.atan2(y - y0, x - x0);
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x, y);
    context.lineTo(x - HEAD_PX * Math.cos(angle + side * 0.45), y - HEAD_PX * Math.sin(angle + side * 0.45));
  }
  context.stroke();
}
