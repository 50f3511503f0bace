import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@/theme/fonts.css";
import "@/theme/tokens.css";
import "@/theme/base.css";

import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "@/shell/App";
import { startWords } from "@/words/i18n";

const nonce = document.querySelector<HTMLMetaElement>("meta[name=roost-nonce]")?.content ?? "";
setNonce(nonce);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
await startWords();
createRoot(root).render(
  <StrictMode>
    <App nonce={nonce} />
  </StrictMode>,
);

// Names and notes may be Chinese in any language; a system without such a font gets ours, later.
const later = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
later(() => void import("@/theme/noto").catch(() => undefined)); // the network's gone: it's next time
