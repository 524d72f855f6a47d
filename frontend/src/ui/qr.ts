/** A QR code as one SVG path. Loaded only where a person asks for it. */

import qrcode from "qrcode-generator";

const QUIET_ZONE = 4;

/** Path data and side length in modules, quiet zone included. */
export function qrPath(text: string): { readonly d: string; readonly size: number } {
  const code = qrcode(0, "M");
  code.addData(text, "Byte");
  code.make();
  const count = code.getModuleCount();
  let d = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) d += `M${column + QUIET_ZONE} ${row + QUIET_ZONE}h1v1h-1z`;
    }
  }
  return { d, size: count + 2 * QUIET_ZONE };
}
