// Beside each file of dist that is worth it: the same, compressed, so that nothing is
// compressed while somebody waits.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORTH = /\.(js|css|svg|json|html|wasm)$/;

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

export function compress(folder) {
  for (const path of walk(folder)) compressOne(path);
}

function compressOne(path) {
  if (!WORTH.test(path) || path.endsWith("index.html") || path.includes(".vite")) return;
  const content = readFileSync(path);
  if (content.length < 1024) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10 };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
