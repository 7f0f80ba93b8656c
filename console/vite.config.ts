import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `weir serve` listens while the console is developed. */
const server = process.env.WEIR_SERVER ?? "http://127.0.0.1:8420";

export default defineConfig({
  plugins: [react()],
  server: { port: 5173, proxy: { "/api": server } },
  preview: { proxy: { "/api": server } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    globals: false,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    server: { deps: { inline: [/@cloudscape-design/] } },
  },
});
