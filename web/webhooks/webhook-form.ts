import { type AlertFilter, SEVERITIES, type Severity } from '../../model/alert.js';
import type { WebhookInput } from '../../model/webhook.js';
import { button, el, fill } from '../dom.js';
import { checkbox, labelled, namesIn, textField } from '../forms/labelled.js';
import { label, t } from '../text/language.js';
import type { WebhookJson } from './webhook-types.js';

/** Parts of a filter that are lists of names. */
const NAME_LISTS = ['type', 'vehicle', 'fence', 'company', 'region'] as const;

export function isNameList(name: string): name is (typeof NAME_LISTS)[number] {
  return (NAME_LISTS as readonly string[]).includes(name);
}

/** Makes a webhook, or changes one; what its filter has beyond these inputs stays as it is. */
export class WebhookForm {
  readonly element = el('form', 'card webhook-form');
  readonly #title = el('h2');
  readonly #url = textField(2000);
  readonly #description = textField(500);
  readonly #severities = new Map<Severity, HTMLInputElement>(SEVERITIES.map((each) => [each, checkbox()]));
  readonly #names = new Map(NAME_LISTS.map((name) => [name, textField(4000)]));
  readonly #muted = checkbox();
  readonly #problem = el('p', 'problem');
  readonly #save = el('button', 'primary', label('save'));
  #changed: WebhookJson | null = null;

  /** `save` throws where the server refuses. */
  constructor(save: (id: string | null, input: WebhookInput) => Promise<void>) {
    this.element.hidden = true;
    this.element.noValidate = true;
    this.#url.placeholder = 'https://dispatch.example.cn/alerts';
    this.#problem.setAttribute('role', 'alert');
    const severities = [...this.#severities].map(([each, box]) => el('label', '', box, label(`severity-${each}`)));
    this.element.append(
      this.#title,
      labelled(label('webhook-url'), this.#url, label('webhook-url-note')),
      labelled(label('webhook-description'), this.#description),
      el(
        'div',
        'form-row',
        el('span', 'field-label', label('webhook-severity')),
        el('div', 'form-choices', ...severities),
      ),
      el('p', 'muted', label('webhook-names-note')),
      ...[...this.#names].map(([name, input]) => labelled(label(`webhook-${name}`), input)),
      labelled(label('webhook-muted'), this.#muted),
      this.#problem,
      el(
        'div',
        'actions',
        this.#save,
        button('quiet', label('cancel'), () => this.close()),
      ),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit(save);
    });
  }

  /** null: for a new one. */
  open(webhook: WebhookJson | null): void {
    this.#changed = webhook;
    const filter: AlertFilter = webhook?.filter ?? {};
    fill(this.#title, webhook ? t('webhook-change', { id: webhook.id }) : t('webhook-new'));
    this.#url.value = webhook?.url ?? '';
    this.#description.value = webhook?.description ?? '';
    for (const [each, box] of this.#severities) box.checked = filter.severity?.includes(each) ?? false;
    for (const [name, input] of this.#names) input.value = filter[name]?.join(', ') ?? '';
    this.#muted.checked = filter.muted?.includes(true) ?? false;
    this.#problem.textContent = '';
    this.element.hidden = false;
    this.#url.focus();
  }

  close(): void {
    this.element.hidden = true;
  }

  async #submit(save: (id: string | null, input: WebhookInput) => Promise<void>): Promise<void> {
    this.#save.disabled = true;
    try {
      await save(this.#changed?.id ?? null, this.#input());
      this.close();
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    this.#save.disabled = false;
  }

  #input(): WebhookInput {
    const severity = [...this.#severities].filter(([, box]) => box.checked).map(([each]) => each);
    const names = [...this.#names].map(([name, input]) => [name, namesIn(input.value)] as const);
    const filter: AlertFilter = {
      ...this.#changed?.filter,
      severity: severity.length > 0 ? severity : undefined,
      ...Object.fromEntries(names),
      muted: this.#muted.checked ? [true, false] : undefined,
    };
    return {
      url: this.#url.value.trim(),
      description: this.#description.value.trim(),
      filter,
      paused: this.#changed?.paused ?? false,
    };
  }
}
