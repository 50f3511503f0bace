// The whole build: types from openapi.json, the check, the bundle, the compressed copies; then it
// takes the place of the build before, all at once. Needs no npm: `node tools/build.mjs`.
import { spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compress } from "./compress.mjs";

const home = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(home);

export function run(script, ...args) {
  const path = join("node_modules", script);
  const done = spawnSync(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout}${done.stderr}`);
  process.exit(done.status ?? 1);
}

run(
  "openapi-typescript/bin/cli.js",
  "../openapi.json",
  "--output=src/api/schema.gen.ts",
  "--root-types",
  "--root-types-no-schema-prefix",
);
if (!process.argv.includes("--types")) {
  run("typescript7/bin/tsc");
  rmSync("dist-new", { recursive: true, force: true });
  run("vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", "dist-new", "--emptyOutDir");
  compress("dist-new");
  if (existsSync("dist")) renameSync("dist", "dist-old");
  renameSync("dist-new", "dist");
  rmSync("dist-old", { recursive: true, force: true });
}
