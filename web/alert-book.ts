import type { Alert } from '../model/alert.js';
import { whyNotDone } from '../model/alert-actions.js';
import type { AlertAction } from '../model/alert-life.js';
import type { MuteScope } from '../model/mute.js';
import type { ApiClient } from './api-client.js';
import type { AlertHistoryStep, MuteJson, Page } from './api-types.js';

const CURSOR_STORED_AS = 'cheji.alerts.cursor';
/** What the page remembers; beyond it the oldest that are dealt with are forgotten first. */
const MOST = 2000;
const LIST_LIMIT = 200;
const HISTORY_LIMIT = 200;
/** Alerts of which the server takes the same word at once. */
const BATCH = 1000;
/** The newest, and whatever is open however old. */
const LISTS = [{}, { state: 'raised,acknowledged,appealed' }, { overdue: 'true' }];

/** Answer of `POST /v1/alerts:handle`. */
interface BatchResult {
  done: number;
  refused: number;
  items: { id: string; error?: { message: string } }[];
}

/** Alerts in their newest form, from the list of the API and from the stream, each revision once. */
export class AlertBook {
  readonly byId = new Map<string, Alert>();
  /** Newest first, those that have ended lately among them. */
  mutes: MuteJson[] = [];
  /** The list has been read, or could not be. */
  loaded = false;
  /** Why the list could not be read; empty where it could. */
  problem = '';
  /** The server could not send again all that was missed. */
  gap = false;
  readonly #api: ApiClient;
  readonly #changed: (() => void)[] = [];

  constructor(api: ApiClient) {
    this.#api = api;
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  /** Where the stream goes on after a break, and after the page was closed. */
  get cursor(): string | undefined {
    return localStorage.getItem(CURSOR_STORED_AS) ?? undefined;
  }

  /** The server cannot send all that happened since the page was last connected: the list has it. */
  missed(): void {
    this.gap = true;
  }

  /** `cursor`: where the stream goes on. What is older is in the list. */
  subscribed(cursor: string | undefined): void {
    if (cursor !== undefined) localStorage.setItem(CURSOR_STORED_AS, cursor);
    void this.load();
  }

  streamed(alert: Alert, cursor: string): void {
    localStorage.setItem(CURSOR_STORED_AS, cursor);
    if (this.#put(alert)) this.#tell();
  }

  /** Reads the newest alerts, and the open ones however old. */
  async load(): Promise<void> {
    try {
      for (const query of LISTS) {
        const page = await this.#api.get<Page<Alert>>('/v1/alerts', { ...query, muted: 'false', limit: LIST_LIMIT });
        for (const alert of page.items) this.#put(alert);
      }
      this.mutes = (await this.#api.get<Page<MuteJson>>('/v1/mutes')).items;
      this.problem = '';
    } catch (error) {
      this.problem = (error as Error).message;
    }
    this.loaded = true;
    this.#tell();
  }

  /**
   * `said`: what the API asks for with the action. Throws ApiError where the server refuses; the new form arrives by the answer and
   * again by the stream.
   */
  async act(id: string, action: AlertAction, said: object): Promise<void> {
    const alert = await this.#api.post<Alert>(`/v1/alerts/${encodeURIComponent(id)}/${action}`, said);
    if (this.#put(alert)) this.#tell();
  }

  /**
   * Says the same of `alerts`, and of those that they stand for in the list: each is done or refused by itself, and
   * `problem` is why the first was refused. Throws as `act` does where nothing was done.
   */
  async actOnAll(
    alerts: readonly Alert[],
    action: AlertAction,
    said: object,
  ): Promise<{ done: number; refused: number; problem: string }> {
    const groups = new Set(alerts.flatMap(({ group }) => group?.id ?? []));
    const repeats = [...this.byId.values()].filter(({ group }) => group !== null && groups.has(group.id));
    const ids = [
      ...new Set([...alerts, ...repeats.filter((each) => whyNotDone(each, action) === null)].map(({ id }) => id)),
    ];
    const body = { ids: ids.slice(0, BATCH), action, ...said };
    const { done, refused, items } = await this.#api.post<BatchResult>('/v1/alerts:handle', body);
    await this.load();
    return { done, refused, problem: items.find(({ error }) => error)?.error?.message ?? '' };
  }

  /** Steps in its life, oldest first; `problem` where some cannot be read. */
  async history(id: string): Promise<{ steps: AlertHistoryStep[]; problem: string }> {
    try {
      const path = `/v1/alerts/${encodeURIComponent(id)}/history`;
      const { items, partial = '' } = await this.#api.get<Page<AlertHistoryStep> & { partial?: string }>(path, {
        limit: HISTORY_LIMIT,
      });
      return { steps: items, problem: partial };
    } catch (error) {
      return { steps: [], problem: (error as Error).message };
    }
  }

  /** Throws as `act` does. */
  async mute(input: { scope: MuteScope; to: string; reason: string }): Promise<void> {
    const mute = await this.#api.post<MuteJson>('/v1/mutes', input);
    this.mutes = [mute, ...this.mutes];
    this.#tell();
  }

  /** Throws as `act` does. */
  async endMute(id: string): Promise<void> {
    await this.#api.delete(`/v1/mutes/${encodeURIComponent(id)}`);
    this.mutes = this.mutes.filter((mute) => mute.id !== id);
    this.#tell();
  }

  /** Newest first; of alerts that repeat each other the newest only. */
  lines(onlyOpen: boolean): Alert[] {
    const newest = new Map<string, Alert>();
    for (const alert of this.sorted(onlyOpen)) {
      const line = alert.group?.id ?? alert.id;
      if ((newest.get(line)?.group?.count ?? 0) < (alert.group?.count ?? 1)) newest.set(line, alert);
    }
    return [...newest.values()];
  }

  /** Newest first. */
  sorted(onlyOpen: boolean): Alert[] {
    return [...this.byId.values()]
      .filter((alert) => !onlyOpen || isOpen(alert))
      .sort((a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt) || (a.id < b.id ? 1 : -1));
  }

  openCount(): number {
    let open = 0;
    for (const alert of this.byId.values()) if (isOpen(alert)) open++;
    return open;
  }

  /** Vehicles that the map should call attention to. */
  alertedVehicles(): Set<string> {
    const ids = new Set<string>();
    for (const alert of this.byId.values())
      if (alert.state === 'raised' && callsForLook(alert)) ids.add(alert.vehicleId);
    return ids;
  }

  #put(alert: Alert): boolean {
    const known = this.byId.get(alert.id);
    if (known && known.revision >= alert.revision) return false;
    this.byId.set(alert.id, alert);
    if (this.byId.size > MOST) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const oldestFirst = this.sorted(false).reverse();
    const { id } = oldestFirst.find((alert) => !isOpen(alert)) ?? oldestFirst[0];
    this.byId.delete(id);
  }

  #tell(): void {
    for (const changed of this.#changed) changed();
  }
}

/** The condition lasts, or nobody has said the last word on it, or somebody waits for something in vain. */
export function isOpen({ state, overdue }: Alert): boolean {
  return state === 'raised' || state === 'acknowledged' || state === 'appealed' || overdue;
}

/** To be in a fence is an event and no danger, unless whoever drew the fence said so. */
function callsForLook({ severity, type }: Alert): boolean {
  return severity === 'critical' || (severity === 'warning' && !type.startsWith('fence-'));
}
