/** Words in English and Chinese: src/words/{en,zh}/PAGE.json, one namespace a page.
 * Only the chosen language is loaded; the other when somebody switches. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "en" | "zh";
type Words = Record<string, Record<string, unknown>>;

const KEPT = "roost-language";
const LOADERS: Record<Language, () => Promise<{ default: Words }>> = {
  en: () => import("./en"),
  zh: () => import("./zh"),
};

function chosen(): Language {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // private windows may forbid it
  }
  return /^zh/i.test(kept ?? navigator.language) ? "zh" : "en";
}

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "shell")) return;
  const words = (await LOADERS[language]()).default;
  for (const [namespace, texts] of Object.entries(words)) {
    i18next.addResourceBundle(language, namespace, texts);
  }
}

/** Before the first render. */
export async function startWords(): Promise<void> {
  const first = chosen();
  await i18next.use(initReactI18next).init({
    lng: first,
    fallbackLng: false,
    defaultNS: "shell",
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    react: { useSuspense: false, bindI18nStore: "added" },
  });
  await load(first);
  mark(first);
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language);
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // it's then only for this visit
  }
  await i18next.changeLanguage(language);
  mark(language);
}

function mark(language: Language): void {
  document.documentElement.lang = locale(language);
}

export function language(): Language {
  return i18next.language === "zh" ? "zh" : "en";
}

/** The locale for dates, numbers and money. */
export function locale(of: Language = language()): string {
  return of === "zh" ? "zh-CN" : "en-GB";
}

/** A text outside of components, as `say("shell:fault")`. */
export function say(key: string, values: Record<string, unknown> = {}): string {
  return i18next.t(key, values);
}
