const files = import.meta.glob<Record<string, unknown>>("./*.json", {
  eager: true,
  import: "default",
});

/** All pages' words, by namespace: the file's name. */
const words: Record<string, Record<string, unknown>> = {};
for (const [path, texts] of Object.entries(files)) {
  words[path.slice(2, -5)] = texts;
}
export default words;
