import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { mockPlugin } from "./mock/plugin.ts";

// `npm run dev` talks to a real member, `npm run dev:mock` to data in memory.
const member = process.env.SENTINEL_API ?? "http://127.0.0.1:4000";

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [mockPlugin()] : [])],
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: mode === "mock" ? undefined : { "/api": { target: member, changeOrigin: false } },
  },
  preview: { host: "127.0.0.1" },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "mock/**/*.test.ts"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
  },
}));
