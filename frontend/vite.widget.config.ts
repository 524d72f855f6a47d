import { defineConfig } from "vite";

// One classic script without imports, under a name that never changes: other sites' pages load /widget.js.
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2020",
    lib: { entry: "src/pages/widget/widget.ts", formats: ["iife"], name: "supportsiteWidget", fileName: () => "widget.js" },
  },
});
