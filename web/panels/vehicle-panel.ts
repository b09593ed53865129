import { alarmNames } from '../../model/alarm.js';
import type { ApiClient } from '../api-client.js';
import type { VehicleJson } from '../api-types.js';
import { atMostEvery, button, el, fill } from '../dom.js';
import type { LiveVehicles } from '../live-vehicles.js';
import { number, onLanguage, t } from '../text/language.js';
import { alarmLabel, categoryLabel, headingLabel, qualityLabel } from '../text/names.js';
import { ago, beijing } from '../time.js';
import { vehicleState } from '../vehicle-state.js';
import type { CommandPanel } from './command-panel.js';
import { facts } from './facts.js';
import { MediaPanel } from './media-panel.js';
import { plateBadge } from './plate.js';
import type { QuirkPanel } from './quirk-panel.js';
import { stateMark } from './state-mark.js';
import type { TrackPanel } from './track-panel.js';

const REFRESH_MS = 5000;

/** One vehicle: who it is, how it is, and its track. */
export class VehiclePanel {
  readonly element = el('section', 'vehicle-panel');
  readonly #head = el('div', 'panel-head');
  readonly #state = el('div', 'vehicle-state');
  readonly #problem = el('p', 'problem');
  readonly #api: ApiClient;
  readonly #vehicles: LiveVehicles;
  readonly #track: TrackPanel;
  readonly #commands: CommandPanel;
  readonly #quirks: QuirkPanel;
  readonly #media: MediaPanel;
  readonly #close: () => void;
  #id: string | null = null;
  #vehicle: VehicleJson | null = null;

  constructor(
    api: ApiClient,
    vehicles: LiveVehicles,
    track: TrackPanel,
    commands: CommandPanel,
    quirks: QuirkPanel,
    close: () => void,
  ) {
    this.#api = api;
    this.#vehicles = vehicles;
    this.#track = track;
    this.#commands = commands;
    this.#quirks = quirks;
    this.#media = new MediaPanel(api);
    this.#close = close;
    this.element.append(
      this.#head,
      this.#problem,
      this.#state,
      track.element,
      this.#media.element,
      commands.element,
      quirks.element,
    );
    const draw = atMostEvery(1000, () => this.#draw());
    vehicles.onChange(() => this.#id !== null && draw());
    onLanguage(() => this.#draw());
    setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  /** Opens the panel on a vehicle; resolves with it once it is known, or with null where it is not. */
  async show(id: string): Promise<VehicleJson | null> {
    this.#id = id;
    this.#media.show(id);
    this.#vehicle = null;
    this.#problem.textContent = '';
    this.#draw();
    await this.#refresh();
    if (this.#id !== id) return null; // another was opened meanwhile
    const vehicle = this.#vehicle as VehicleJson | null;
    this.#track.open(id, vehicle?.position?.time ?? null);
    if (vehicle) void this.#quirks.open(vehicle);
    void this.#commands.open(id, vehicle?.terminals.map(({ protocol }) => protocol) ?? []);
    return vehicle;
  }

  hide(): void {
    this.#id = null;
    this.#media.close();
    this.#track.clear();
    this.#commands.close();
  }

  async #refresh(): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    try {
      const vehicle = await this.#api.get<VehicleJson>(`/v1/vehicles/${encodeURIComponent(id)}`);
      if (id !== this.#id) return;
      this.#vehicle = vehicle;
      this.#problem.textContent = '';
    } catch (error) {
      if (id === this.#id) this.#problem.textContent = (error as Error).message;
    }
    this.#draw();
  }

  #draw(): void {
    const id = this.#id;
    if (id === null) return;
    const live = this.#vehicles.byId.get(id);
    const vehicle = this.#vehicle;
    const position = live?.position ?? vehicle?.position ?? null;
    const online = live?.position.online ?? vehicle?.online ?? false;
    const state = live?.state ?? (position ? vehicleState({ ...position, online }, false, Date.now()) : 'stale');
    fill(
      this.#head,
      button('quiet back', `‹ ${t('back')}`, this.#close),
      plateBadge(vehicle?.plate ?? live?.position.plate, vehicle?.plateColor ?? null, id),
    );
    const chip = el('span', `state-chip ${state}`, stateMark(state), t(`state-${state}`));
    if (!position) {
      fill(this.#state, chip, el('p', 'muted', vehicle ? t('no-position') : ''));
      return;
    }
    const alarms = alarmNames(position.alarm).map(alarmLabel).join('、');
    fill(
      this.#state,
      el(
        'div',
        'state-line',
        chip,
        position.speed !== null && el('span', 'big-number', number(position.speed), el('small', '', 'km/h')),
        position.heading !== null &&
          (state === 'moving' || state === 'alarm') &&
          el('span', 'muted', headingLabel(position.heading)),
      ),
      alarms !== '' && el('p', 'alarm-text', alarms),
      facts([
        [t('last-fix'), position.time && el('span', '', beijing(position.time))],
        [t('received'), ago(position.receivedAt)],
        [t('place'), `${position.lon?.toFixed(5)}, ${position.lat?.toFixed(5)}`],
        [t('altitude'), position.altitude !== null && `${number(position.altitude)} m`],
        [t('mileage'), position.mileage !== null && `${number(position.mileage, 1)} km`],
        [t('quality'), position.quality.map(qualityLabel).join('、')],
        [t('category'), vehicle && vehicle.category !== 'other' ? categoryLabel(vehicle.category) : null],
        [t('company'), vehicle?.company ?? null],
        [t('vehicle-id'), id],
        [t('terminals'), vehicle ? vehicle.terminals.map((it) => `${it.protocol} ${it.number}`).join(', ') : null],
      ]),
    );
  }
}
