import type { CommandJson } from '../../client/index.js';
import type { CommandTypeInfo } from '../../model/command.js';
import { button, el, fill, keyedRows } from '../dom.js';
import { type FormInput, formOf } from '../forms/form.js';
import { fieldsOf } from '../forms/shape.js';
import { commandLabel, commandRank, commandReasonLabel, commandStateLabel } from '../text/command-names.js';
import { label, onLanguage, t } from '../text/language.js';
import { beijing, beijingShort } from '../time.js';
import type { VehicleCommands } from '../vehicle-commands.js';

/** Tells a vehicle's terminal something, and shows what becomes of it. */
export class CommandPanel {
  readonly element: HTMLElement;
  readonly #commands: VehicleCommands;
  readonly #type = el('select', 'field');
  readonly #about = el('p', 'muted command-about');
  readonly #fields = el('div');
  readonly #neverLate = el('input');
  readonly #send = el('button', 'primary', label('command-send'));
  readonly #problem = el('p', 'problem');
  readonly #rows = el('ul', 'command-rows');
  #types: CommandTypeInfo[] = [];
  #form: FormInput | null = null;

  constructor(commands: VehicleCommands) {
    this.#commands = commands;
    this.#neverLate.type = 'checkbox';
    const form = el(
      'form',
      'command-form',
      this.#type,
      this.#about,
      this.#fields,
      el('label', 'never-late', this.#neverLate, label('command-never-late')),
      el('div', 'actions', this.#send),
      this.#problem,
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#give();
    });
    this.#type.ariaLabel = t('command');
    this.#type.addEventListener('change', () => this.#showFields());
    this.#rows.setAttribute('aria-live', 'polite');
    this.element = el('div', 'command-panel', el('h2', '', label('commands')), form, this.#rows);
    commands.onChange(() => this.#draw());
    onLanguage(() => {
      this.#listTypes();
      this.#draw();
    });
  }

  /** `protocols`: those of the vehicle's terminals. */
  async open(vehicleId: string, protocols: readonly string[]): Promise<void> {
    this.#problem.textContent = '';
    this.#commands.follow(vehicleId);
    this.#draw();
    try {
      this.#types = await this.#commands.types(protocols);
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
    this.element.hidden = this.#types.length === 0 && this.#problem.textContent === '';
    this.#listTypes();
  }

  close(): void {
    this.#commands.follow(null);
  }

  #listTypes(): void {
    const before = this.#type.value;
    const sorted = [...this.#types].sort((a, b) => commandRank(a.type) - commandRank(b.type));
    fill(this.#type, ...sorted.map(({ type }) => new Option(commandLabel(type), type)));
    if (sorted.some(({ type }) => type === before)) this.#type.value = before;
    this.#showFields();
  }

  #showFields(): void {
    const chosen = this.#types.find(({ type }) => type === this.#type.value);
    if (!chosen) return;
    this.#about.textContent = chosen.message;
    this.#form = formOf(fieldsOf(chosen.params));
    fill(this.#fields, this.#form.element);
    this.#problem.textContent = '';
  }

  async #give(): Promise<void> {
    if (!this.#form) return;
    this.#send.disabled = true;
    try {
      await this.#commands.give(this.#type.value, this.#form.value(), this.#neverLate.checked);
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    this.#send.disabled = false;
  }

  #draw(): void {
    if (this.#commands.problem) this.#problem.textContent = this.#commands.problem;
    keyedRows(
      this.#rows,
      this.#commands.list,
      ({ id }) => id,
      ({ id }) => this.#createRow(id),
      (row, command) => this.#updateRow(row, command),
    );
  }

  #createRow(id: string): HTMLElement {
    const life = el('div', 'command-life');
    life.hidden = true;
    const head = button('row', null, () => {
      life.hidden = !life.hidden;
      const command = this.#commands.list.find((each) => each.id === id);
      if (command) this.#updateRow(head.parentElement!, command);
    });
    return el('li', 'command-row', head, life);
  }

  #updateRow(row: HTMLElement, command: CommandJson): void {
    row.dataset.state = command.state;
    const [head, life] = row.children as unknown as [HTMLElement, HTMLElement];
    fill(
      head,
      el('span', 'row-name', commandLabel(command.type)),
      el('span', 'row-state', outcome(command)),
      el('span', 'row-value', beijingShort(command.createdAt)),
    );
    if (life.hidden) return;
    fill(
      life,
      ...command.history.map(({ at, state, reason }) =>
        el(
          'p',
          '',
          el('span', 'muted', beijing(at).slice(11)),
          ` ${[commandStateLabel(state), reason && commandReasonLabel(reason)].filter(Boolean).join(' · ')}`,
        ),
      ),
      el('pre', '', JSON.stringify(command.params, null, 1)),
      command.answer && el('pre', 'command-answer', JSON.stringify(command.answer, null, 1)),
    );
  }
}

function outcome({ state, reason }: CommandJson): string {
  return [commandStateLabel(state), reason && commandReasonLabel(reason)].filter(Boolean).join(' · ');
}
