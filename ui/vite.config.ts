import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Where `clade serve` listens while the UI is developed with `npm run dev`. */
const server = process.env.CLADE_URL ?? "http://127.0.0.1:8400";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": server, "/start": server } },
  build: {
    target: "es2022",
    // fonts stay files: a data: URL would need a wider Content-Security-Policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
