import { imbalances, type Latencies, type LiveStats, type Tally } from '../../model/stats.js';
import type { ApiClient } from '../api-client.js';
import { el, fill } from '../dom.js';
import type { OverPage } from '../over-pages.js';
import { facts } from '../panels/facts.js';
import type { PartState, ServerStatus } from '../server-status.js';
import { alertLabel } from '../text/alert-kinds.js';
import { label, number, onLanguage, t } from '../text/language.js';
import { rejectLabel } from '../text/names.js';
import { closedLabel, partLabel, partStateLabel } from '../text/server-names.js';
import { beijing } from '../time.js';
import { MqttSection } from './mqtt-section.js';
import { tallyView } from './tally-view.js';

/** The page behind `#server`: how its parts are, what came in and what became of it. */
export class ServerPage implements OverPage {
  readonly element = el('div', 'page-body');
  readonly #status: ServerStatus;
  readonly #content = el('div', 'server-cards');
  readonly #mqtt: MqttSection;

  constructor(status: ServerStatus, api: ApiClient) {
    this.#status = status;
    this.#mqtt = new MqttSection(api);
    this.element.append(
      el('div', 'panel-line', el('h1', '', label('page-server')), el('p', 'muted', label('server-about'))),
      this.#content,
      this.#mqtt.element,
    );
    status.onChange(() => this.#draw());
    onLanguage(() => {
      this.#mqtt.forget();
      this.#draw();
    });
  }

  /** The status is read all the time; the page shows what was read last. */
  async opened(): Promise<void> {
    this.#draw();
  }

  #draw(): void {
    if (!this.element.isConnected || this.element.offsetParent === null) return;
    const { stats, parts, silent } = this.#status;
    fill(
      this.#content,
      silent && el('p', 'problem', t('server-silent')),
      card(t('server-parts'), ...Object.entries(parts).map(([name, part]) => partLine(name, part))),
      ...(stats ? statCards(stats) : [el('p', 'muted', t('server-no-stats'))]),
    );
    if (stats) this.#mqtt.show(stats);
  }
}

function statCards(stats: LiveStats): HTMLElement[] {
  const { frames, fixes, log, store, engine, connections, ackLatency, mqtt, media, stream } = stats;
  const wrong = imbalances(stats);
  return [
    card(
      t('server-balance'),
      wrong.length === 0
        ? el('p', 'good', `✓ ${t('server-balanced')}`)
        : el('ul', 'problem', ...wrong.map((line) => el('li', '', line))),
      el('p', 'muted', t('server-balance-about')),
    ),
    card(
      t('server-input'),
      facts([
        [t('server-frames'), number(frames.received)],
        [t('server-fixes'), number(fixes.received)],
        [t('server-accepted'), number(fixes.accepted)],
        [t('server-pending'), number(fixes.pending)],
      ]),
      tallyView(t('server-sources'), fixes.bySource, (name) => name),
      tallyView(t('server-rejected'), sum(frames.rejected, fixes.rejected), rejectLabel),
    ),
    card(
      t('server-followers'),
      facts([
        [t('server-log'), number(log.lastSeq)],
        [t('server-stored'), number(store.storedNew)],
        [t('server-duplicate'), number(store.duplicate)],
        [t('server-store-behind'), number(store.inSpool)],
        [t('server-lag'), `${number(store.lagSeconds, 1)} s`],
        [t('server-judged'), number(engine.evaluated)],
        [t('server-engine-behind'), number(engine.inSpool)],
      ]),
      tallyView(t('server-not-judged'), engine.notEvaluable, (name) => name),
      tallyView(t('alerts'), engine.alerts, alertLabel),
    ),
    card(
      t('server-connections'),
      facts([
        [t('server-open'), number(connections.open)],
        [t('server-authenticated'), number(connections.authenticated)],
        [t('server-auth-failures'), number(connections.authFailures)],
        [t('server-paused'), number(connections.pauses.spool + connections.pauses.rate)],
        [t('server-watching'), number(stream.clients)],
        ['MQTT', mqttText(mqtt)],
        [t('server-media'), number(media.files.count)],
        [t('server-ack'), latencyText(ackLatency)],
      ]),
      tallyView(t('server-closed'), connections.closed, closedLabel),
    ),
    el(
      'p',
      'muted',
      `${t('server-since', { time: beijing(stats.since) })} · ${t('server-doctor')} `,
      el('code', '', 'cheji doctor'),
    ),
  ];
}

function card(title: string, ...content: (Node | null)[]): HTMLElement {
  return el('section', 'card', el('h2', '', title), ...content);
}

function partLine(name: string, { state, detail }: PartState): HTMLElement {
  const health = state === 'ready' || state === 'ok' ? 'good' : state === 'starting' ? 'dim' : 'bad';
  return el(
    'p',
    `health ${health}`,
    el('i', 'lamp'),
    `${partLabel(name)} · ${partStateLabel(state)}`,
    detail ? el('small', '', detail) : null,
  );
}

function mqttText({ broker, state, messages }: LiveStats['mqtt']): string {
  if (broker === state) return partStateLabel(state);
  return `${partStateLabel(broker)} · ${partStateLabel(state)} · ${number(messages.received)}`;
}

function sum(one: Tally, other: Tally): Tally {
  const both = { ...one };
  for (const [name, count] of Object.entries(other)) both[name] = (both[name] ?? 0) + count;
  return both;
}

/** Bounds under which half and nearly all of the acknowledgements stayed. */
function latencyText({ boundsSeconds, counts }: Latencies): string {
  const all = counts.reduce((total, count) => total + count, 0);
  if (all === 0) return '–';
  const bound = (share: number) => {
    let seen = 0;
    const i = counts.findIndex((count) => (seen += count) >= all * share);
    return i < boundsSeconds.length
      ? `≤ ${number(boundsSeconds[i] * 1000, 1)} ms`
      : `> ${number(boundsSeconds.at(-1)! * 1000)} ms`;
  };
  return `p50 ${bound(0.5)}, p99 ${bound(0.99)}`;
}
