import { el } from '../dom.js';
import type { FenceDraft } from '../map/draft.js';
import { label, t } from '../text/language.js';

/** Longer shapes are not written out: they would only slow the page down. */
const MOST_CHARACTERS = 20_000;
const KINDS = ['Polygon', 'MultiPolygon', 'Point', 'LineString'];

/** The shape as GeoJSON, to be copied, typed or pasted; what the server would refuse it refuses when it is saved. */
export class GeometryText {
  readonly element = el('details', 'geometry-text');
  readonly #text = el('textarea', 'field hex-input');
  readonly #problem = el('p', 'problem');
  readonly #typed: (draft: FenceDraft) => void;
  #draft: FenceDraft | null = null;

  constructor(typed: (draft: FenceDraft) => void) {
    this.#typed = typed;
    this.#text.rows = 5;
    this.#text.spellcheck = false;
    this.#text.addEventListener('change', () => this.#read());
    this.element.append(el('summary', '', label('fence-coordinates')), this.#text, this.#problem);
  }

  show(draft: FenceDraft | null): void {
    this.#draft = draft;
    this.#problem.textContent = '';
    this.#text.ariaLabel = t('fence-coordinates');
    if (document.activeElement === this.#text) return;
    const text = draft ? JSON.stringify(draft.geometry) : '';
    this.#text.value = text.length <= MOST_CHARACTERS ? text : '';
  }

  #read(): void {
    const text = this.#text.value.trim();
    if (text === '') return;
    try {
      const given = JSON.parse(text) as { type?: string; geometry?: { type?: string } };
      const geometry = given.type === 'Feature' ? given.geometry : given;
      if (!geometry?.type || !KINDS.includes(geometry.type)) throw new RangeError(KINDS.join(', '));
      const { radius = 500, width = 60 } = this.#draft ?? {};
      this.#typed({ geometry: geometry as FenceDraft['geometry'], radius, width });
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('fence-coordinates-wrong', { message: (error as Error).message });
    }
  }
}
