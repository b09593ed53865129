import type { AlertTransition } from '../../model/alert.js';
import type { DrawnDatum } from '../../model/datum-shift.js';
import { inDatum } from '../datum.js';
import type { AlertSource } from '../deps.js';

/** Of each datum; about as many as arrive while everybody is told of them. */
const TEXTS_KEPT = 2000;

/** Steps of alerts as JSON with their places in each datum that somebody asks for, written once for all who do. */
export class AlertTexts {
  /** By datum, then by number of the step. */
  readonly #texts = new Map<DrawnDatum, Map<number, string>>();

  constructor(readonly alerts: AlertSource) {}

  /** `{"cursor":…,"transition":…,"alert":…}`. */
  of(step: AlertTransition, datum: DrawnDatum): string {
    if (datum === 'wgs84') return this.alerts.text(step);
    const { number, transition, alert } = step;
    const texts = this.#of(datum);
    let text = texts.get(number);
    if (text === undefined) {
      text = JSON.stringify(inDatum(datum, { cursor: this.alerts.cursor(number), transition, alert }));
      if (texts.size >= TEXTS_KEPT) texts.clear();
      texts.set(number, text);
    }
    return text;
  }

  #of(datum: DrawnDatum): Map<number, string> {
    let texts = this.#texts.get(datum);
    if (!texts) this.#texts.set(datum, (texts = new Map()));
    return texts;
  }
}
