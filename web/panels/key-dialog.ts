import type { AccessKey } from '../access-key.js';
import { el } from '../dom.js';
import { label, t } from '../text/language.js';

/** Asks for the access key, and goes on asking until somebody gives one. */
export class KeyDialog {
  readonly #key: AccessKey;
  readonly #problem = el('p', 'key-problem');
  readonly #input = el('input', 'field');
  readonly #dialog = el('dialog', 'key-dialog');

  constructor(key: AccessKey) {
    this.#key = key;
    this.#input.type = 'password';
    this.#input.autocomplete = 'off';
    this.#input.required = true;
    const submit = el('button', 'primary', label('key-enter'));
    const form = el(
      'form',
      '',
      el('h1', '', label('key-title')),
      el('p', 'muted', label('key-explain')),
      el('label', '', label('key-label'), this.#input),
      this.#problem,
      submit,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#dialog.close();
      this.#key.set(this.#input.value.trim());
    });
    // There is nothing behind the dialog that Escape could lead to.
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault());
    this.#dialog.append(form);
    document.body.append(this.#dialog);
  }

  ask(): void {
    if (this.#dialog.open) return;
    this.#problem.textContent = this.#key.value ? t('key-wrong') : '';
    this.#input.value = '';
    this.#dialog.showModal();
  }
}
