import { SEVERITIES, type Severity } from '../../model/alert.js';
import type { FenceProperties } from '../../model/fence.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../../model/vehicle.js';
import { ApiError } from '../api-client.js';
import type { FenceFeature } from '../api-types.js';
import { button, el, fill } from '../dom.js';
import type { Fences } from '../fences.js';
import { checkbox, labelled, numberField, textField } from '../forms/labelled.js';
import { DRAW_KINDS, type DrawKind, type FenceDraft } from '../map/draft.js';
import { label, onLanguage, t } from '../text/language.js';
import { categoryLabel } from '../text/names.js';
import { choicesOf, hasLimits, rulesOf } from './fence-rules.js';
import { GeometryText } from './geometry-text.js';

const USUAL_WIDTH_M = 60;
const MOST_M = 1_000_000;
/** As the server takes them (geo/fence-properties.ts, model/rule-when.ts). */
const MOST_SPEED_S = 3600;
const MOST_S = 31_536_000;

/** What draws the shape on the map; there may be no map. */
export interface FenceDrawing {
  begin(kind: DrawKind, width: number, changed: (draft: FenceDraft | null) => void): void;
  change(draft: FenceDraft, changed: (draft: FenceDraft) => void): void;
  /** `edited`: the fence as it stands, which is not drawn meanwhile. */
  hide(edited: string | null): void;
  end(): void;
}

/** Draws a new fence, or changes one: its shape on the map, everything else here. */
export class FenceEditor {
  readonly element = el('section', 'fence-editor');
  readonly #fences: Fences;
  readonly #drawing: FenceDrawing;
  readonly #close: () => void;
  readonly #title = el('h2');
  readonly #kinds = new Map<DrawKind, HTMLButtonElement>();
  readonly #hint = el('p', 'muted');
  readonly #name = textField(200);
  readonly #size = numberField(1, MOST_M, 1);
  readonly #sizeRow = labelled(label('fence-size'), this.#size);
  readonly #enter = checkbox();
  readonly #enterAfter = numberField(0, MOST_S);
  readonly #exit = checkbox();
  readonly #exitAfter = numberField(0, MOST_S);
  readonly #limit = numberField(1, 300);
  readonly #duration = numberField(0, MOST_SPEED_S);
  readonly #severity = el('select', 'field');
  readonly #from = dayTimeField();
  readonly #to = dayTimeField();
  readonly #categories = new Map<VehicleCategory, HTMLInputElement>(
    VEHICLE_CATEGORIES.map((each) => [each, checkbox()]),
  );
  readonly #categoryBoxes = el('div', 'form-choices');
  readonly #geometry = new GeometryText((draft) => this.#typed(draft));
  readonly #problem = el('p', 'problem');
  readonly #save = el('button', 'primary', label('save'));
  #before: FenceFeature | null = null;
  #draft: FenceDraft | null = null;

  /** `close` is called when it is done, by saving or not. */
  constructor(fences: Fences, drawing: FenceDrawing, close: () => void) {
    this.#fences = fences;
    this.#drawing = drawing;
    this.#close = close;
    for (const kind of DRAW_KINDS)
      this.#kinds.set(
        kind,
        button('chip', label(`draw-${kind}`), () => this.#draw(kind)),
      );
    this.#name.required = true;
    this.#problem.setAttribute('role', 'alert');
    this.#size.addEventListener('change', () => this.#resize());
    const form = el(
      'form',
      'fence-form',
      el('div', 'chips', ...this.#kinds.values()),
      this.#hint,
      labelled(label('fence-name'), this.#name),
      this.#sizeRow,
      el('h3', '', label('fence-rules')),
      labelled(label('fence-on-enter'), this.#enter),
      labelled(label('fence-enter-after'), this.#enterAfter),
      labelled(label('fence-on-exit'), this.#exit),
      labelled(label('fence-exit-after'), this.#exitAfter),
      labelled(label('fence-limit'), this.#limit),
      labelled(label('fence-duration'), this.#duration),
      labelled(label('fence-severity'), this.#severity),
      labelled(label('fence-from'), this.#from),
      labelled(label('fence-to'), this.#to),
      el('details', '', el('summary', '', label('fence-categories')), this.#categoryBoxes),
      this.#geometry.element,
      this.#problem,
      el(
        'div',
        'actions',
        this.#save,
        button('quiet', label('cancel'), () => this.#close()),
      ),
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element.append(el('div', 'panel-head', this.#title), form);
    onLanguage(() => this.#putWords());
    this.#putWords();
  }

  /** null: a new one. */
  open(feature: FenceFeature | null): void {
    this.#before = feature;
    this.#problem.textContent = '';
    const properties: FenceProperties = feature?.properties ?? { name: '', rules: [{ type: 'enter' }] };
    const { enter, exit, enterAfter, exitAfter, limit, duration } = choicesOf(properties.rules);
    this.#name.value = properties.name;
    this.#enter.checked = enter;
    this.#exit.checked = exit;
    putNumber(this.#enterAfter, enterAfter);
    putNumber(this.#exitAfter, exitAfter);
    putNumber(this.#limit, limit);
    this.#limit.disabled = hasLimits(properties.rules);
    this.#limit.placeholder = this.#limit.disabled ? t('fence-limit-segments') : '';
    putNumber(this.#duration, duration);
    this.#severity.value = properties.severity ?? '';
    this.#from.value = properties.hours?.from ?? '';
    this.#to.value = properties.hours?.to ?? '';
    for (const [each, box] of this.#categories) box.checked = properties.categories?.includes(each) ?? false;
    this.#putWords();
    this.#press(null);
    if (feature) {
      const draft = { geometry: feature.geometry, radius: properties.radius, width: properties.width };
      this.#drawing.hide(feature.id);
      this.#drawing.change(draft, (changed) => this.#take(changed));
      this.#take(draft);
    } else {
      this.#take(null);
      this.#draw('area');
    }
    this.#name.focus();
  }

  close(): void {
    this.#drawing.end();
    this.#drawing.hide(null);
  }

  #draw(kind: DrawKind): void {
    this.#press(kind);
    this.#hint.textContent = t(`draw-${kind}-hint`);
    this.#take(null);
    if (kind === 'corridor') this.#showSize('fence-width', USUAL_WIDTH_M);
    this.#drawing.begin(kind, USUAL_WIDTH_M, (draft) => this.#take(draft));
  }

  #press(kind: DrawKind | null): void {
    for (const [each, chip] of this.#kinds) chip.ariaPressed = String(each === kind);
  }

  #take(draft: FenceDraft | null): void {
    this.#draft = draft;
    this.#geometry.show(draft);
    if (!draft) {
      this.#sizeRow.hidden = true;
      return;
    }
    this.#hint.textContent = t('draw-change-hint');
    const { radius, width } = draft;
    if (draft.geometry.type === 'Point') this.#showSize('fence-radius', radius ?? 0);
    else if (draft.geometry.type === 'LineString' && typeof width === 'number') this.#showSize('fence-width', width);
    else this.#sizeRow.hidden = true;
  }

  #showSize(name: 'fence-radius' | 'fence-width', metres: number): void {
    this.#sizeRow.hidden = false;
    fill(this.#sizeRow.firstElementChild!, t(name));
    if (Number(this.#size.value) !== metres) this.#size.value = String(metres);
  }

  #resize(): void {
    const metres = Number(this.#size.value);
    if (!this.#draft || !(metres > 0)) return;
    const size = this.#draft.geometry.type === 'Point' ? { radius: metres } : { width: metres };
    this.#typed({ ...this.#draft, ...size });
  }

  /** A shape by numbers instead of by the pointer. */
  #typed(draft: FenceDraft): void {
    this.#drawing.change(draft, (changed) => this.#take(changed));
    this.#take(draft);
  }

  async #submit(): Promise<void> {
    const problem = this.#name.value.trim() === '' ? t('fence-needs-name') : this.#draft ? '' : t('fence-needs-shape');
    this.#problem.textContent = problem;
    if (problem !== '') return;
    this.#save.disabled = true;
    try {
      await this.#fences.put(this.#before, this.#draft!.geometry, this.#properties());
      this.#close();
    } catch (error) {
      const changed = error instanceof ApiError && error.code === 'precondition-failed';
      this.#problem.textContent = changed
        ? t('fence-changed-meanwhile')
        : t('action-failed', { message: (error as Error).message });
    }
    this.#save.disabled = false;
  }

  #properties(): FenceProperties {
    const before = this.#before?.properties;
    const { geometry, radius, width } = this.#draft!;
    const categories = [...this.#categories].filter(([, box]) => box.checked).map(([each]) => each);
    const [from, to] = [this.#from.value, this.#to.value];
    return {
      ...before,
      name: this.#name.value.trim(),
      rules: rulesOf(before?.rules ?? [], {
        enter: this.#enter.checked,
        exit: this.#exit.checked,
        enterAfter: numberIn(this.#enterAfter),
        exitAfter: numberIn(this.#exitAfter),
        limit: numberIn(this.#limit),
        duration: numberIn(this.#duration),
      }),
      radius: geometry.type === 'Point' ? radius : undefined,
      width: geometry.type === 'LineString' ? width : undefined,
      severity: (this.#severity.value || undefined) as Severity | undefined,
      categories: categories.length > 0 ? categories : undefined,
      // Half a window goes to the server as it is, which says what is missing.
      hours: from === '' && to === '' ? undefined : { from, to },
    };
  }

  /** Words that are not labels. */
  #putWords(): void {
    fill(this.#title, this.#before ? t('fence-change') : t('fence-new'));
    const severity = this.#severity.value;
    fill(
      this.#severity,
      new Option(t('fence-severity-usual'), ''),
      ...SEVERITIES.map((each) => new Option(t(`severity-${each}`), each)),
    );
    this.#severity.value = severity;
    fill(this.#categoryBoxes, ...[...this.#categories].map(([each, box]) => el('label', '', box, categoryLabel(each))));
  }
}

/** NaN: nothing stands in it. */
function numberIn({ value }: HTMLInputElement): number {
  return value === '' ? NaN : Number(value);
}

function putNumber(field: HTMLInputElement, value: number): void {
  field.value = Number.isFinite(value) ? String(value) : '';
}

function dayTimeField(): HTMLInputElement {
  const input = el('input', 'field');
  input.type = 'time';
  return input;
}
