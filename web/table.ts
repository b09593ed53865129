import { type Child, el } from './dom.js';

/** A table that scrolls sideways by itself where the page is narrow. */
export function table(heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = el('thead', '', el('tr', '', ...heads.map((text) => el('th', '', text))));
  return el('div', 'table-frame', el('table', 'data-table', head, el('tbody', '', ...rows)));
}

/** A row of a table. */
export function row(...cells: Child[]): HTMLTableRowElement {
  return el('tr', '', ...cells.map((cell) => (cell instanceof HTMLTableCellElement ? cell : el('td', '', cell))));
}
