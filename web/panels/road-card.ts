import { conditionalTag, LIMIT_TAGS } from '../../model/road.js';
import { button, el, fill, onEscape } from '../dom.js';
import type { RoadFeature } from '../roads/road-types.js';
import { onLanguage, t } from '../text/language.js';
import { roadClassLabel } from '../text/road-names.js';
import { facts } from './facts.js';

/** What is known of the road that was clicked. */
export class RoadCard {
  readonly element = el('section', 'road-card');
  readonly #close: () => void;
  #road: RoadFeature | null = null;

  /** `close` is called when a person closes the card. */
  constructor(close: () => void) {
    this.#close = close;
    this.element.hidden = true;
    onEscape(this.element, close);
    onLanguage(() => this.show(this.#road));
  }

  show(road: RoadFeature | null): void {
    this.#road = road;
    this.element.hidden = road === null;
    if (!road) return;
    const { id, set, revision, properties } = road;
    const { name, highway, oneway } = properties;
    const close = button('quiet', '×', this.#close);
    close.ariaLabel = t('close');
    const limits = LIMIT_TAGS.flatMap((tag) => {
      const limit = properties[tag];
      const clauses = properties[conditionalTag(tag)];
      const rows: (readonly [HTMLElement, string])[] = [];
      if (limit !== undefined)
        rows.push([el('code', '', tag), limit === 'none' ? t('road-no-limit') : `${limit} km/h`]);
      if (clauses !== undefined) rows.push([el('code', '', conditionalTag(tag)), clauses]);
      return rows;
    });
    const list = el('dl', 'facts');
    for (const [tag, limit] of limits) list.append(el('dt', '', tag), el('dd', '', limit));
    fill(
      this.element,
      el('div', 'road-head', el('h2', '', name ?? t('road-unnamed')), close),
      limits.length > 0 ? list : el('p', 'muted', t('road-unstated')),
      facts([
        [t('road-class'), highway ? `${roadClassLabel(highway)} (${highway})` : null],
        [t('road-oneway'), t(`road-oneway-${oneway === '-1' ? 'back' : oneway}`)],
        [t('road-id'), `${id} · ${set} · ${t('road-revision', { revision })}`],
      ]),
    );
  }
}
