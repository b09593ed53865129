import { button, el, fill } from '../dom.js';
import { label, type TextKey } from '../text/language.js';

/** Panels of which one is seen. */
export function tabs(panels: readonly (readonly [name: TextKey, panel: HTMLElement])[]): HTMLElement {
  const body = el('div', 'tab-body');
  const heads = panels.map(([name, panel]) => {
    const head = button('tab', label(name), () => show(head, panel));
    head.setAttribute('role', 'tab');
    return head;
  });
  const show = (head: HTMLElement, panel: HTMLElement) => {
    for (const each of heads) each.ariaSelected = String(each === head);
    fill(body, panel);
  };
  show(heads[0], panels[0][1]);
  const list = el('div', 'tab-heads', ...heads);
  list.setAttribute('role', 'tablist');
  return el('div', 'tabs', list, body);
}
