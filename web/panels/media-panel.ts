import type { ApiClient } from '../api-client.js';
import type { Page } from '../api-types.js';
import { button, el, fill } from '../dom.js';
import { label, number, onLanguage, t } from '../text/language.js';
import { beijing } from '../time.js';

const MOST = 50;
/** What is shown in the page; everything else is saved. */
const SHOWN = ['jpeg', 'png', 'mp3', 'wav', 'mp4'];

/** Items of `GET /v1/media` (docs/media.md). */
interface MediumJson {
  id: string;
  time: string;
  type: 'image' | 'audio' | 'video' | 'text' | 'other';
  format: string;
  channel: number | null;
  name: string | null;
  bytes: number;
  complete: boolean;
  available: boolean;
}

/** Pictures, sounds and videos of a vehicle's terminals; read when a person opens the list. */
export class MediaPanel {
  readonly element = el('details', 'media-panel');
  readonly #api: ApiClient;
  readonly #list = el('ul', 'media-rows');
  #vehicleId = '';
  #items: MediumJson[] | null = null;
  /** Addresses of files that are open: each holds its file in memory until it is given back. */
  readonly #open: string[] = [];

  constructor(api: ApiClient) {
    this.#api = api;
    this.element.append(el('summary', '', label('media')), this.#list);
    this.element.addEventListener('toggle', () => this.element.open && this.#items === null && void this.#read());
    onLanguage(() => this.#draw());
  }

  show(vehicleId: string): void {
    if (vehicleId === this.#vehicleId) return;
    this.close();
    this.#vehicleId = vehicleId;
  }

  close(): void {
    this.element.open = false;
    this.#vehicleId = '';
    this.#items = null;
    for (const url of this.#open.splice(0)) URL.revokeObjectURL(url);
    fill(this.#list);
  }

  async #read(): Promise<void> {
    const vehicle = this.#vehicleId;
    fill(this.#list, el('li', 'muted', t('loading')));
    try {
      const { items } = await this.#api.get<Page<MediumJson>>('/v1/media', { vehicle, limit: MOST });
      if (vehicle !== this.#vehicleId) return; // another was opened meanwhile
      this.#items = items;
      this.#draw();
    } catch (error) {
      fill(this.#list, el('li', 'problem', t('media-unread', { message: (error as Error).message })));
    }
  }

  #draw(): void {
    if (!this.#items) return;
    const rows = this.#items.map((medium) => this.#row(medium));
    fill(this.#list, ...(rows.length > 0 ? rows : [el('li', 'muted', t('media-none'))]));
  }

  #row(medium: MediumJson): HTMLElement {
    const { time, format, channel, name, bytes, complete, available } = medium;
    const place = el('div', 'medium');
    const about = [
      name ?? format,
      channel !== null && `#${channel}`,
      `${number(bytes / 1000)} kB`,
      !complete && t('media-incomplete'),
      !available && t('media-gone'),
    ];
    const open = button('quiet', t(SHOWN.includes(format) ? 'media-open' : 'media-save'), () => {
      open.disabled = true;
      void this.#show(medium, place).finally(() => {
        open.disabled = false;
      });
    });
    return el(
      'li',
      'medium-row',
      el('span', '', el('b', '', beijing(time)), el('span', 'muted', about.filter(Boolean).join(' · '))),
      available && open,
      place,
    );
  }

  async #show({ id, type, format, name }: MediumJson, place: HTMLElement): Promise<void> {
    try {
      const url = URL.createObjectURL(await this.#api.file(`/v1/media/${id}/content`));
      this.#open.push(url);
      if (!SHOWN.includes(format)) return save(url, name ?? `${id}.${format}`);
      if (type === 'image') {
        const image = el('img');
        image.src = url;
        image.alt = name ?? format;
        return fill(place, image);
      }
      const player = el(type === 'audio' ? 'audio' : 'video');
      player.controls = true;
      player.src = url;
      fill(place, player);
    } catch (error) {
      fill(place, el('p', 'problem', t('media-unread', { message: (error as Error).message })));
    }
  }
}

function save(url: string, name: string): void {
  const link = el('a');
  link.href = url;
  link.download = name;
  link.click();
}
