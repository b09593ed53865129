import type { LiveStats } from '../../model/stats.js';
import type { ApiClient } from '../api-client.js';
import { el, fill } from '../dom.js';
import { facts } from '../panels/facts.js';
import { number, t } from '../text/language.js';
import { rejectLabel } from '../text/names.js';
import { partStateLabel, turnedAwayLabel } from '../text/server-names.js';
import { DeadLetters } from '../webhooks/dead-letters.js';
import { LetterList } from '../webhooks/letter-list.js';
import { tallyView } from './tally-view.js';

/**
 * What MQTT refused, either way: messages that were not taken, whom our own broker turned away, and alerts that a broker did not
 * take from us, which are looked at, sent again or thrown away here. Nothing where MQTT is off.
 */
export class MqttSection {
  readonly element = el('section', 'card mqtt-section');
  readonly #counts = el('div', 'mqtt-counts');
  readonly #said = el('p', 'webhook-said');
  readonly #letters: DeadLetters;
  readonly #list: LetterList;
  /** As the counters had them when the list was read: it is read again when there are others. */
  #read = -1;

  constructor(api: ApiClient) {
    this.#letters = new DeadLetters(api, '/v1/mqtt/alerts');
    this.#list = new LetterList(
      () => this.#letters,
      this.#said,
      () => this.#readLetters(),
    );
    this.#said.setAttribute('role', 'status');
    this.element.append(el('h2', '', 'MQTT'), this.#counts, this.#said, this.#list.element);
    this.element.hidden = true;
  }

  show({ mqtt, alertsOut }: LiveStats): void {
    this.element.hidden = mqtt.broker === 'off' && alertsOut === null;
    fill(
      this.#counts,
      facts([
        [t('server-mqtt-broker'), `${partStateLabel(mqtt.broker)} · ${partStateLabel(mqtt.state)}`],
        [t('server-mqtt-received'), number(mqtt.messages.received)],
        [t('server-mqtt-handled'), number(mqtt.messages.handled)],
      ]),
      alertsOut &&
        facts([
          [t('server-mqtt-published'), number(alertsOut.delivered)],
          [t('server-mqtt-behind'), number(alertsOut.behind)],
          [t('server-mqtt-refused'), number(alertsOut.deadLetters)],
        ]),
      tallyView(t('server-rejected'), mqtt.messages.rejected, rejectLabel),
      tallyView(t('server-mqtt-turned-away'), mqtt.refused, turnedAwayLabel),
    );
    this.#list.element.hidden = alertsOut === null;
    if (alertsOut && alertsOut.deadLetters !== this.#read) {
      this.#read = alertsOut.deadLetters;
      // A server that is away is told of by the status line, and the counters come again.
      this.#readLetters().catch(() => (this.#read = -1));
    }
  }

  /** Draws all of it again, in the language of now. */
  forget(): void {
    this.#list.forget();
    this.#read = -1;
  }

  async #readLetters(): Promise<void> {
    this.#list.show(await this.#letters.read());
  }
}
