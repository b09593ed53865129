import { language } from './language.js';

/** Words of the system in the languages of the page. */
export type Names<K extends string> = Record<K, [zh: string, en: string]>;

/** A name that this page does not know is shown as it came. */
export function named(names: Record<string, [zh: string, en: string]>, name: string): string {
  return Object.hasOwn(names, name) ? pick(names[name]) : name;
}

export function pick([zh, en]: [zh: string, en: string]): string {
  return language() === 'en' ? en : zh;
}
