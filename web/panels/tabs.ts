import { button, el, fill } from '../dom.js';
import { label, type TextKey } from '../text/language.js';

/** Panels of which one is seen. */
export class Tabs {
  readonly element: HTMLElement;
  readonly #body = el('div', 'tab-body');
  readonly #heads = new Map<TextKey, HTMLButtonElement>();
  readonly #panels: ReadonlyMap<TextKey, HTMLElement>;

  constructor(panels: readonly (readonly [name: TextKey, panel: HTMLElement])[]) {
    this.#panels = new Map(panels);
    for (const [name] of panels) {
      const head = button('tab', label(name), () => this.show(name));
      head.setAttribute('role', 'tab');
      this.#heads.set(name, head);
    }
    const names = panels.map(([name]) => name);
    const go = (step: number) => {
      const at = names.findIndex((name) => this.#heads.get(name)!.ariaSelected === 'true');
      const name = names[(at + step + names.length) % names.length];
      this.show(name);
      this.#heads.get(name)!.focus();
    };
    const list = el('div', 'tab-heads', ...this.#heads.values());
    list.setAttribute('role', 'tablist');
    list.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowRight') go(1);
      if (key === 'ArrowLeft') go(-1);
    });
    this.element = el('div', 'tabs', list, this.#body);
    this.show(panels[0][0]);
  }

  show(name: TextKey): void {
    for (const [each, head] of this.#heads) head.ariaSelected = String(each === name);
    fill(this.#body, this.#panels.get(name)!);
  }
}
