import type { PositionJson } from '../../model/position.js';
import type { ApiClient } from '../api-client.js';
import { button, el, fill, svg } from '../dom.js';
import { timeField } from '../forms/labelled.js';
import { label, number, onLanguage, t } from '../text/language.js';
import { beijing, beijingDayStart, fromInputValue, toInputValue } from '../time.js';
import { placeAt, type Track, toTrack } from '../track.js';
import { JourneyPanel } from './journey-panel.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A whole track is played in so long. */
const PLAY_S = 30;
const FRAME_MS = 50;

/** What shows the track on the map. */
export interface TrackView {
  show(track: Track): void;
  moveMarker(lon: number, lat: number): void;
  clear(): void;
}

/** The track of a vehicle in a window of time, and a slider that goes along it. */
export class TrackPanel {
  readonly element: HTMLElement;
  readonly #api: ApiClient;
  readonly #view: TrackView;
  readonly #from = timeField();
  readonly #to = timeField();
  readonly #result = el('div', 'track-result');
  readonly #journeys: JourneyPanel;
  #vehicleId = '';
  /** Epoch ms of the vehicle's newest fix; NaN where it has none. */
  #lastFix = NaN;
  #track: Track | null = null;
  #asked = 0;
  #playing: ReturnType<typeof setInterval> | undefined;
  /** Puts the play button right when playing ends. */
  #stopped: () => void = () => {};

  constructor(api: ApiClient, view: TrackView) {
    this.#api = api;
    this.#view = view;
    this.#journeys = new JourneyPanel(api, (start, end) => void this.#load(start, end, true));
    const recent = (hours: number) => () => void this.#load(Date.now() - hours * HOUR_MS, Date.now());
    this.element = el(
      'div',
      'track-panel',
      el('h2', '', label('track')),
      el(
        'div',
        'chips',
        button('chip', label('track-1h'), recent(1)),
        button('chip', label('track-6h'), recent(6)),
        button('chip', label('track-24h'), recent(24)),
        button('chip', label('track-last-day'), () => this.#loadLastDay()),
      ),
      el(
        'div',
        'window',
        el('label', '', label('track-from'), this.#from),
        el('label', '', label('track-to'), this.#to),
        button('quiet', label('track-show'), () => this.#loadChosen()),
      ),
      this.#result,
      this.#journeys.element,
    );
    onLanguage(() => this.#track && this.#showTrack(this.#track));
  }

  /** Reads the last 24 hours of a vehicle. `lastFixTime` in RFC 3339. */
  open(vehicleId: string, lastFixTime: string | null): void {
    this.clear();
    this.#vehicleId = vehicleId;
    this.#lastFix = lastFixTime === null ? NaN : Date.parse(lastFixTime);
    void this.#load(Date.now() - DAY_MS, Date.now());
  }

  clear(): void {
    this.#clearTrack();
    this.#journeys.clear();
  }

  #clearTrack(): void {
    this.#asked++;
    this.#pause();
    this.#track = null;
    this.#view.clear();
    fill(this.#result);
  }

  #loadLastDay(): void {
    const start = beijingDayStart(this.#lastFix);
    if (Number.isFinite(start)) void this.#load(start, start + DAY_MS);
  }

  #loadChosen(): void {
    const from = fromInputValue(this.#from.value);
    const to = fromInputValue(this.#to.value);
    if (from < to) void this.#load(from, to);
    else fill(this.#result, el('p', 'problem', t('track-bad-window')));
  }

  /** `partly`: only a part of the window that the trips are of. */
  async #load(from: number, to: number, partly = false): Promise<void> {
    this.#clearTrack();
    const question = this.#asked;
    this.#from.value = toInputValue(from);
    this.#to.value = toInputValue(to);
    fill(this.#result, el('p', 'muted', t('track-loading')));
    if (!partly) void this.#journeys.load(this.#vehicleId, from, to);
    try {
      const answer = await this.#api.get<{ items: PositionJson[] }>(
        `/v1/vehicles/${encodeURIComponent(this.#vehicleId)}/track`,
        { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      );
      if (question !== this.#asked) return; // something else was asked for meanwhile
      this.#track = toTrack(answer.items);
      this.#showTrack(this.#track);
    } catch (error) {
      if (question !== this.#asked) return;
      fill(this.#result, el('p', 'problem', t('track-failed', { message: (error as Error).message })));
    }
  }

  #showTrack(track: Track): void {
    this.#pause();
    if (track.fixes.length === 0) {
      const lastDay = beijingDayStart(this.#lastFix);
      fill(
        this.#result,
        el('p', 'muted', t('track-empty')),
        // Recorded tracks that were played in lie far back.
        Number.isFinite(lastDay) &&
          button('primary', t('track-offer-day', { day: beijing(lastDay).slice(0, 10) }), () => this.#loadLastDay()),
      );
      return;
    }
    this.#view.show(track);
    fill(
      this.#result,
      el('p', 'track-summary', t('track-summary', { fixes: number(track.fixes.length), km: number(track.km, 1) })),
      speedCurve(track),
      ...this.#slider(track),
    );
  }

  #slider({ fixes }: Track): HTMLElement[] {
    const first = fixes[0].time;
    const last = fixes.at(-1)!.time;
    const slider = el('input', 'slider');
    slider.type = 'range';
    slider.min = String(first);
    slider.max = String(last);
    slider.step = '1000';
    slider.value = String(first);
    slider.ariaLabel = t('track');
    const moment = el('output', 'moment');
    const move = () => {
      const place = placeAt(fixes, Number(slider.value));
      moment.textContent = `${beijing(place.time).slice(5)}${place.speed === null ? '' : ` · ${number(place.speed)} km/h`}`;
      slider.setAttribute('aria-valuetext', moment.textContent);
      this.#view.moveMarker(place.lon, place.lat);
    };
    slider.addEventListener('input', move);
    const play = button('quiet', t('track-play'), () => {
      if (this.#playing !== undefined) return this.#pause();
      if (Number(slider.value) >= last) slider.value = String(first);
      play.textContent = t('track-pause');
      this.#playing = setInterval(() => {
        slider.value = String(Number(slider.value) + ((last - first) * FRAME_MS) / (PLAY_S * 1000));
        move();
        if (Number(slider.value) >= last) this.#pause();
      }, FRAME_MS);
    });
    this.#stopped = () => {
      play.textContent = t('track-play');
    };
    move();
    return [
      slider,
      el(
        'div',
        'playback',
        play,
        moment,
        button('quiet', t('track-clear'), () => this.clear()),
      ),
    ];
  }

  #pause(): void {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#stopped();
  }
}

/** Speed over time, above the slider; nothing where the source gives no speeds. */
function speedCurve({ fixes }: Track): SVGElement | null {
  const fastest = fixes.reduce((most, { speed }) => Math.max(most, speed ?? 0), 0);
  if (fastest === 0) return null;
  const [width, height] = [300, 44];
  const first = fixes[0].time;
  const span = Math.max(1, fixes.at(-1)!.time - first);
  // More points than pixels would only make the path long.
  const every = Math.ceil(fixes.length / width);
  const points = fixes
    .filter((_, i) => i % every === 0)
    .map(({ time, speed }) => {
      const x = ((time - first) / span) * width;
      const y = height - ((speed ?? 0) / fastest) * (height - 4);
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, class: 'speed-curve', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('path', { d: `M0 ${height}L${points.join('L')}L${width} ${height}Z` }),
  );
}
