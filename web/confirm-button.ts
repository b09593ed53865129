import { button } from './dom.js';
import { t } from './text/language.js';

const CHANGE_OF_MIND_MS = 4000;

/** A button for what cannot be taken back: it asks once, and forgets the question after some seconds. */
export function confirmButton(className: string, text: string, act: () => void): HTMLButtonElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
    element.textContent = text;
    element.classList.remove('asks');
  };
  const element = button(className, text, () => {
    if (timer !== undefined) {
      rest();
      return act();
    }
    element.textContent = t('really', { what: text });
    element.classList.add('asks');
    timer = setTimeout(rest, CHANGE_OF_MIND_MS);
  });
  element.addEventListener('blur', rest);
  return element;
}
