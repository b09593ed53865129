import type { ApiClient } from '../api-client.js';
import { button, el, fill } from '../dom.js';
import { label, number, onLanguage, t } from '../text/language.js';
import { beijing, duration } from '../time.js';

/** Answer of `GET /v1/vehicles/{id}/trips`; times RFC 3339, distances in km. */
interface JourneysJson {
  trips: TripJson[];
  stops: StopJson[];
}

interface TripJson {
  from: string;
  to: string;
  ended: 'stop' | 'gap' | null;
  seconds: number;
  distance: number;
  maxSpeed: number | null;
}

interface StopJson {
  from: string;
  to: string;
  seconds: number;
  idleSeconds: number;
}

/** Trips and stops of a vehicle in the window of its track. */
export class JourneyPanel {
  readonly element: HTMLElement;
  readonly #api: ApiClient;
  readonly #pick: (from: number, to: number) => void;
  readonly #list = el('ol', 'journeys');
  #journeys: JourneysJson | null = null;
  #asked = 0;

  /** `pick` is called with the beginning and the end, epoch ms, of a trip or a stop that was chosen. */
  constructor(api: ApiClient, pick: (from: number, to: number) => void) {
    this.#api = api;
    this.#pick = pick;
    this.element = el('details', 'journey-panel', el('summary', '', label('trips')), this.#list);
    this.element.addEventListener('toggle', () => this.#draw());
    onLanguage(() => this.#draw());
  }

  clear(): void {
    this.#asked++;
    this.#journeys = null;
    fill(this.#list);
  }

  /** `from`, `to`: epoch ms. */
  async load(vehicleId: string, from: number, to: number): Promise<void> {
    this.clear();
    const question = this.#asked;
    try {
      const journeys = await this.#api.get<JourneysJson>(`/v1/vehicles/${encodeURIComponent(vehicleId)}/trips`, {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      });
      if (question !== this.#asked) return; // something else was asked for meanwhile
      this.#journeys = journeys;
      this.#draw();
    } catch (error) {
      if (question !== this.#asked) return;
      fill(this.#list, el('li', 'problem', t('trips-unread', { message: (error as Error).message })));
    }
  }

  #draw(): void {
    if (!this.#journeys) return;
    const { trips, stops } = this.#journeys;
    const lines = [
      ...trips.map((trip) => ({ ...trip, text: tripText(trip), kind: 'trip' })),
      ...stops.map((stop) => ({ ...stop, text: stopText(stop), kind: 'stop' })),
    ].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
    const rows = lines.map(({ from, to, text, kind }) => {
      const times = `${beijing(from).slice(5, 16)}–${beijing(to).slice(11, 16)}`;
      const act = () => this.#pick(Date.parse(from), Date.parse(to));
      return el('li', '', button(`row ${kind}`, el('span', '', el('b', '', times), el('span', 'muted', text)), act));
    });
    fill(this.#list, ...(rows.length > 0 ? rows : [el('li', 'muted', t('trips-none'))]));
  }
}

function tripText({ distance, seconds, maxSpeed, ended }: TripJson): string {
  const values = { km: number(distance, 1), duration: duration(seconds) };
  const line = maxSpeed === null ? t('trip-line-slow', values) : t('trip-line', { ...values, speed: number(maxSpeed) });
  return ended === 'gap' ? `${line} · ${t('trip-gap')}` : line;
}

function stopText({ seconds, idleSeconds }: StopJson): string {
  const line = t('stop-line', { duration: duration(seconds) });
  return idleSeconds >= 60 ? `${line} · ${t('stop-idle', { duration: duration(idleSeconds) })}` : line;
}
