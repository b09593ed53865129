import { type Child, el } from '../dom.js';

/** A list of names and values; a value that is null or empty is left out. */
export function facts(rows: readonly (readonly [name: string, value: Child])[]): HTMLElement {
  const list = el('dl', 'facts');
  for (const [name, value] of rows) {
    if (value === null || value === '' || value === false) continue;
    list.append(el('dt', '', name), el('dd', '', value));
  }
  return list;
}
