import { button, el } from '../dom.js';
import type { Roads } from '../roads/roads.js';
import { label, onLanguage, t } from '../text/language.js';

/** Whether roads are drawn, and why not. */
export function roadSwitch(roads: Roads): HTMLButtonElement {
  const element = button('chip road-switch', label('roads'), () => roads.toggle());
  const note = el('small');
  element.append(note);
  const draw = () => {
    const { state } = roads;
    element.hidden = state === 'none';
    element.ariaPressed = String(state !== 'off');
    note.textContent = state === 'far' || state === 'many' ? t('roads-closer') : '';
  };
  roads.onChange(draw);
  onLanguage(draw);
  draw();
  return element;
}
