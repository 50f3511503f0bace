import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// In development: `npm run dev`, beside a centre on port 8080 (or the one in ROOST).
const centre = process.env.ROOST ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    manifest: true, // which files the first load needs: measured by a test
    assetsInlineLimit: 0, // our content security policy allows no data: fonts or scripts
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target: centre, ws: true, changeOrigin: false } } },
});
