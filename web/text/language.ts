import { en } from './en.js';
import { enPages } from './pages-en.js';
import { zhPages } from './pages-zh.js';
import { zh } from './zh.js';

export type Language = 'zh-CN' | 'en';
export type TextKey = keyof typeof en | keyof typeof enPages;

const STORED_AS = 'cheji.language';
const texts: Record<Language, Record<TextKey, string>> = {
  'zh-CN': { ...zh, ...zhPages },
  en: { ...en, ...enPages },
};
const listeners: (() => void)[] = [];
let current = firstLanguage();
document.documentElement.lang = current;

export function language(): Language {
  return current;
}

export function setLanguage(to: Language): void {
  current = to;
  localStorage.setItem(STORED_AS, to);
  document.documentElement.lang = to;
  for (const changed of listeners) changed();
}

/** Calls `changed` after every change of language: whoever shows text draws it again. */
export function onLanguage(changed: () => void): void {
  listeners.push(changed);
}

/** The sentence `key` with its `{names}` filled in. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text node that follows the language; only for what stays on the page as long as the page does. */
export function label(key: TextKey): Text {
  const node = document.createTextNode(t(key));
  onLanguage(() => {
    node.data = t(key);
  });
  return node;
}

/** Number with thousands separators and at most `digits` decimals. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString(current, { maximumFractionDigits: digits });
}

/** What the person chose before, else the first language that the browser asks for and we speak, else Chinese. */
function firstLanguage(): Language {
  const chosen = localStorage.getItem(STORED_AS);
  if (chosen === 'zh-CN' || chosen === 'en') return chosen;
  for (const wanted of navigator.languages) {
    if (wanted.startsWith('zh')) return 'zh-CN';
    if (wanted.startsWith('en')) return 'en';
  }
  return 'zh-CN';
}
