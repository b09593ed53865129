import { button, el, fill } from '../dom.js';
import { t } from '../text/language.js';
import { fromInputValue, toInputValue } from '../time.js';
import { checkbox, timeField } from './labelled.js';
import type { FormField, FormShape } from './shape.js';

/** Something that can be filled in. Whoever gets the value judges it: the page holds back nothing and corrects nothing. */
export interface FormInput {
  element: HTMLElement;
  /** undefined where nothing was filled in. */
  value(): unknown;
}

/**
 * Inputs for the fields, filled in with `values` where they have one; those that may be left out, and are, folded away
 * below the others. Its value is an object.
 */
export function formOf(fields: readonly FormField[], values: Readonly<Record<string, unknown>> = {}): FormInput {
  const rows = fields.map((field) => {
    const input = inputOf(field, values[field.name] ?? field.default);
    return { field, input, untouched: JSON.stringify(input.value()) };
  });
  const drawn = (wanted: typeof rows) => wanted.map(({ field, input }) => row(field, input));
  const leftOut = ({ field }: (typeof rows)[number]) => field.optional && !field.usual && isEmpty(values[field.name]);
  const optional = rows.filter(leftOut);
  const element = el('div', 'form-fields', ...drawn(rows.filter((each) => !leftOut(each))));
  if (optional.length > 0) {
    const summary = el('summary', '', t('form-optional', { count: optional.length }));
    element.append(el('details', 'form-optional', summary, ...drawn(optional)));
  }
  return {
    element,
    value() {
      const filled: Record<string, unknown> = {};
      for (const { field, input, untouched } of rows) {
        const value = input.value();
        const as = values[field.name] === undefined ? untouched : undefined;
        if (value === undefined || (field.optional && isLeftOut(field, value, as))) continue;
        filled[field.name] = value;
      }
      return filled;
    },
  };
}

function row({ name, label = name, note, type }: FormField, input: FormInput): HTMLElement {
  const children = [
    el('span', label === name ? 'field-name' : 'field-label', label),
    input.element,
    note !== undefined && el('small', 'field-note', note),
  ] as const;
  // A click on a label goes to the one input inside it; where there are many it would go to the wrong one.
  const many = type === 'object' || type === 'list' || type === 'choices';
  if (!many) input.element.ariaLabel = label; // the note beside it is no part of its name
  return el(many ? 'div' : 'label', `form-row ${type}`, ...children);
}

function inputOf(shape: FormShape, preset?: unknown): FormInput {
  switch (shape.type) {
    case 'integer':
    case 'number':
      return textInput(
        preset,
        `${shape.min}…${shape.max}`.replace(/^-?(Infinity|9007199254740991)…|…(Infinity|9007199254740991)$/g, ''),
        (text) => (Number.isFinite(Number(text)) ? Number(text) : text),
      );
    case 'text':
      return textInput(preset, '', (text) => text, true);
    case 'hex':
      return textInput(
        preset,
        shape.bytes === undefined ? 'hex' : t('form-hex-bytes', { count: shape.bytes }),
        (text) => text.replace(/\s/g, ''),
      );
    case 'message-id':
      return textInput(preset, '0x0200', (text) => text);
    case 'json':
      return textInput(preset === undefined ? undefined : JSON.stringify(preset), 'JSON', jsonOrText);
    case 'time':
      return timeInput(preset);
    case 'boolean':
      return yesNo(preset === true);
    case 'choice':
      return choice(shape, preset);
    case 'choices':
      return choices(shape, Array.isArray(preset) ? preset : []);
    case 'list':
      return list(shape.item, Array.isArray(preset) ? preset : []);
    case 'object':
      return formOf(shape.fields, isObject(preset) ? preset : {});
  }
}

function textInput(
  preset: unknown,
  placeholder: string,
  read: (text: string) => unknown,
  emptyIsValue = false,
): FormInput {
  const input = el('input', 'field');
  input.placeholder = placeholder;
  input.spellcheck = false;
  if (preset !== undefined) input.value = String(preset);
  return { element: input, value: () => (input.value === '' && !emptyIsValue ? undefined : read(input.value)) };
}

/** In Beijing time, as everything on the page. */
function timeInput(preset: unknown): FormInput {
  const input = timeField(typeof preset === 'string' ? Date.parse(preset) : null);
  input.max = toInputValue(Date.UTC(2099, 11, 31));
  return {
    element: input,
    value: () => (input.value === '' ? undefined : new Date(fromInputValue(input.value)).toISOString()),
  };
}

function yesNo(checked: boolean): FormInput {
  const input = checkbox(checked);
  return { element: input, value: () => input.checked };
}

const asItIs = (value: string) => value;

type Choice = Extract<FormShape, { type: 'choice' | 'choices' }>;

function choice({ values, nameOf = asItIs }: Choice, preset: unknown): FormInput {
  const options = values.map((value) => new Option(nameOf(value), value));
  const select = el('select', 'field', ...(preset === undefined ? [new Option('', '')] : []), ...options);
  if (preset !== undefined) select.value = String(preset);
  return { element: select, value: () => select.value || undefined };
}

function choices({ values, nameOf = asItIs }: Choice, preset: readonly unknown[]): FormInput {
  const boxes = values.map((value) => ({ value, box: yesNo(preset.includes(value)) }));
  return {
    element: el('div', 'form-choices', ...boxes.map(({ value, box }) => el('label', '', box.element, nameOf(value)))),
    value: () => boxes.filter(({ box }) => box.value()).map(({ value }) => value),
  };
}

function list(item: FormShape, presets: readonly unknown[]): FormInput {
  const inputs = presets.map((preset) => inputOf(item, preset));
  const items = el('div', 'form-items');
  const draw = () =>
    fill(
      items,
      ...inputs.map((input, i) =>
        el(
          'div',
          'form-item',
          input.element,
          button('quiet', t('form-remove'), () => {
            inputs.splice(i, 1);
            draw();
          }),
        ),
      ),
    );
  const add = button('chip', t('form-add'), () => {
    inputs.push(inputOf(item));
    draw();
  });
  draw();
  return { element: el('div', 'form-list', items, add), value: () => inputs.map((input) => input.value()) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}

/** Nothing was filled in: an empty text, a list of nothing, an object with no more than the defaults of its members. */
function isLeftOut({ type }: FormField, value: unknown, untouched: string | undefined): boolean {
  if (type === 'object') return JSON.stringify(value) === untouched || Object.keys(value as object).length === 0;
  return value === '' || (Array.isArray(value) && value.length === 0);
}
