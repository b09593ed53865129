import { type Alert, SEVERITIES } from '../../model/alert.js';
import { el, fill } from '../dom.js';
import { alertLabel } from '../text/alert-kinds.js';
import { onLanguage, t } from '../text/language.js';

/** Narrows the list of alerts by type and severity. */
export class AlertFilter {
  readonly element = el('div', 'alert-filter');
  readonly #type = el('select', 'field');
  readonly #severity = el('select', 'field');
  #types: readonly string[] = [];

  constructor(changed: () => void) {
    for (const select of [this.#type, this.#severity]) select.addEventListener('change', changed);
    this.element.append(this.#type, this.#severity);
    onLanguage(() => this.#draw());
    this.#draw();
  }

  /** Something is left out. */
  get narrows(): boolean {
    return this.#type.value !== '' || this.#severity.value !== '';
  }

  wants({ type, severity }: Alert): boolean {
    const [wantedType, wantedSeverity] = [this.#type.value, this.#severity.value];
    return (wantedType === '' || type === wantedType) && (wantedSeverity === '' || severity === wantedSeverity);
  }

  /** The types that there are to choose from. */
  offer(types: ReadonlySet<string>): void {
    const sorted = [...types].sort();
    if (this.#type.value !== '' && !types.has(this.#type.value)) sorted.push(this.#type.value);
    if (sorted.join() === this.#types.join()) return;
    this.#types = sorted;
    this.#draw();
  }

  #draw(): void {
    const [type, severity] = [this.#type.value, this.#severity.value];
    fill(
      this.#type,
      new Option(t('alerts-any-type'), ''),
      ...this.#types.map((each) => new Option(alertLabel(each), each)),
    );
    fill(
      this.#severity,
      new Option(t('alerts-any-severity'), ''),
      ...SEVERITIES.map((each) => new Option(t(`severity-${each}`), each)),
    );
    this.#type.value = type;
    this.#severity.value = severity;
    this.#type.ariaLabel = t('alerts-filter-type');
    this.#severity.ariaLabel = t('alerts-filter-severity');
  }
}
