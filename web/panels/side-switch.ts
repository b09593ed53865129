import type { AlertBook } from '../alert-book.js';
import { button, el } from '../dom.js';
import { label, number, onLanguage, t } from '../text/language.js';

export type Side = 'left' | 'right';

/** Which of the two sides is seen where the screen has room for one alone. */
export class SideSwitch {
  readonly element: HTMLElement;
  readonly #left = button('', label('vehicles-and-fences'), () => this.show('left'));
  readonly #right = button('', '', () => this.show('right'));

  constructor(alerts: AlertBook) {
    this.element = el('div', 'side-switch', this.#left, this.#right);
    const count = () => {
      this.#right.textContent = `${t('alerts')} ${number(alerts.openCount())}`;
    };
    alerts.onChange(count);
    onLanguage(count);
    count();
    this.show('left');
  }

  show(side: Side): void {
    document.body.dataset.side = side;
    this.#left.ariaPressed = String(side === 'left');
    this.#right.ariaPressed = String(side === 'right');
  }
}
