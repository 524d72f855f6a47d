import { defineConfig } from "vitest/config";

import { catalogs } from "./tools/catalog-plugin.js";

// One entry per page; Django finds the built files by `dist/manifest.json` (django-vite).
export default defineConfig({
  root: import.meta.dirname,
  base: "/static/",
  plugins: [catalogs()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        base: "src/ui/base.css",
        join: "src/pages/join/main.ts",
        session: "src/pages/session/main.tsx",
        entry: "src/pages/entry/main.tsx",
        button: "src/pages/button/main.ts",
        console: "src/pages/console/main.tsx",
      },
    },
  },
  server: { host: "127.0.0.1", port: 9500, strictPort: true },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"] },
});
