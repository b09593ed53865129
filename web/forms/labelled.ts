import { el } from '../dom.js';
import { toInputValue } from '../time.js';

/** An input with its name before it, and a note below it. */
export function labelled(name: Node | string, input: HTMLElement, note?: Node | string): HTMLLabelElement {
  return el(
    'label',
    'form-row',
    el('span', 'field-label', name),
    input,
    note !== undefined && el('small', 'field-note', note),
  );
}

export function textField(most: number): HTMLInputElement {
  const input = el('input', 'field');
  input.maxLength = most;
  input.spellcheck = false;
  return input;
}

/** A date and a time of day, Beijing time as everything on the page; `preset` in epoch ms. */
export function timeField(preset: number | null = null): HTMLInputElement {
  const input = el('input', 'field');
  input.type = 'datetime-local';
  if (preset !== null) input.value = toInputValue(preset);
  return input;
}

export function numberField(min: number, max: number, step: number | 'any' = 'any'): HTMLInputElement {
  const input = el('input', 'field');
  input.type = 'number';
  input.min = String(min);
  input.max = String(max);
  input.step = String(step);
  return input;
}

export function checkbox(checked = false): HTMLInputElement {
  const input = el('input');
  input.type = 'checkbox';
  input.checked = checked;
  return input;
}

/** Names between commas; undefined where there is none. */
export function namesIn(text: string): string[] | undefined {
  const names = text
    .split(/[,，、;；\n]/)
    .map((name) => name.trim())
    .filter(Boolean);
  return names.length > 0 ? names : undefined;
}
