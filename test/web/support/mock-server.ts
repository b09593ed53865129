import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { acted } from '../../../alerts/life/alert-actions.js';
import { historyStepJson } from '../../../api/alerts/alert-history.js';
import { ALERT_WORDS } from '../../../api/alerts/alert-inputs.js';
import { muteInputSchema } from '../../../api/schemas/mutes.js';
import type { CommandJson, DensityCell, LivePosition } from '../../../client/index.js';
import type { Alert, AlertTransition } from '../../../model/alert.js';
import type { AlertAction, AlertWord } from '../../../model/alert-life.js';
import type { CommandEvent } from '../../../model/command.js';
import { parseHex } from '../../../model/hex-text.js';
import type { PositionJson } from '../../../model/position.js';
import type { QuarantineGroup, RerunResult } from '../../../model/quarantine.js';
import type { LiveStats } from '../../../model/stats.js';
import { commandSet } from '../../../protocols/jt808/commands/index.js';
import { quirkBook } from '../../../protocols/jt808/quirks/index.js';
import { tools } from '../../../protocols/jt808/tools.js';
import type { FenceFeature, MuteJson, VehicleJson } from '../../../web/api-types.js';
import { bodyOf, json, page } from './mock-http.js';
import { MockOffice, Refusal } from './mock-office.js';
import { MockStream } from './mock-stream.js';
import { sendPageFile } from './page-files.js';
import { liveStats, newVehicle } from './samples.js';

export const KEY = 'test-key';
/**
 * The server as the page knows it (contract §5 and §6), with everything it says held in plain fields, so that a test
 * sets the scene and looks at what the page makes of it.
 */
export class MockServer {
  vehicles = new Map<string, VehicleJson>();
  fences: FenceFeature[] = [];
  alerts: Alert[] = [];
  mutes: MuteJson[] = [];
  tracks = new Map<string, PositionJson[]>();
  /** Sent instead of positions while it is not null. */
  density: DensityCell[] | null = null;
  /** Newest first. */
  commands: CommandJson[] = [];
  /** As the page wants them: with RFC 3339 times. */
  quarantine: (Omit<QuarantineGroup, 'first' | 'last'> & { first: string; last: string })[] = [];
  /** Hex of quarantined frames by number. */
  quarantined = new Map<number, string>();
  rerun: (group: string, apply: boolean) => RerunResult[] = () => [];
  database = 'ready';
  log: 'ok' | 'full' | 'failed' = 'ok';
  /** Answers everything that is written, while it is there. */
  refusal: Refusal | null = null;
  inSpool = 0;
  /** Counters that are other than usual. */
  stats: Partial<LiveStats> = {};
  key = KEY;
  /** Notes that came with actions, by alert id. */
  readonly actions: ({ id: string } & AlertWord)[] = [];
  /** All else that the API has. */
  readonly office = new MockOffice();
  /** Answer of `GET /v1/vehicles/{id}/trips`. */
  journeys: object = { trips: [], stops: [], cursor: null };
  readonly stream = new MockStream(this);
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #steps: AlertTransition[] = [];
  #accepted = 0;

  async start(): Promise<void> {
    this.stream.listen(this.#http);
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    const { address, port } = this.#http.address() as AddressInfo;
    return `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}/`;
  }

  get pageUrl(): string {
    return `${this.url}?key=${this.key}`;
  }

  async stop(): Promise<void> {
    this.stream.stop();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Sets where vehicles are and tells whoever watches. */
  move(positions: LivePosition[]): void {
    for (const { plate, category, online, ...position } of positions) {
      const known = this.vehicles.get(position.vehicleId);
      this.vehicles.set(position.vehicleId, {
        ...(known ?? newVehicle(position.vehicleId)),
        plate,
        category,
        online,
        lastSeen: position.receivedAt,
        position,
      });
    }
    this.#accepted += positions.length;
    this.stream.moved(positions);
  }

  remove(vehicleId: string): void {
    this.vehicles.delete(vehicleId);
    this.stream.removed(vehicleId);
  }

  /** A transition: kept in the list, and told. `word`: what a person said, where that made the alert so. */
  raise(alert: Alert, word?: AlertWord): void {
    this.alerts = [alert, ...this.alerts.filter(({ id }) => id !== alert.id)];
    const transition = word?.action ?? (alert.revision === 1 ? 'raised' : 'updated');
    const said = word && { by: 'admin', word, at: new Date().toISOString() };
    this.#steps.push({ number: this.#steps.length + 1, inputSeq: 0, transition, at: alert.detectedAt, ...said, alert });
    this.stream.raised(alert);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://page');
    if (pathname === '/readyz')
      return json(response, 200, {
        ready: true,
        parts: { spool: { state: this.log }, database: { state: this.database } },
      });
    if (!pathname.startsWith('/v1/')) return sendPageFile(pathname, response);
    if (request.headers.authorization !== `Bearer ${this.key}`) {
      return json(response, 401, { error: { code: 'unauthorized', message: 'a valid key is needed', details: [] } });
    }
    const [, , kind, id, what] = pathname.split('/').map(decodeURIComponent);
    const found = await this.#route(kind, id, what, searchParams, request).catch((error: Error) => error);
    if (found instanceof Refusal) {
      const { status, code, message } = found;
      return json(response, status, { error: { code, message, details: [] } });
    }
    if (found instanceof Error) {
      return json(response, 400, { error: { code: 'bad-request', message: found.message, details: [] } });
    }
    if (found === undefined) {
      return json(response, 404, { error: { code: 'not-found', message: `nothing at ${pathname}`, details: [] } });
    }
    json(response, 200, found);
  }

  async #route(kind: string, id: string, what: string, query: URLSearchParams, request: IncomingMessage) {
    if (this.refusal && request.method !== 'GET') throw this.refusal;
    switch (kind) {
      case 'fences':
        return this.#fence(id, request);
      case 'alerts':
        if (request.method === 'POST') return this.#act(id, what as AlertAction, await bodyOf(request));
        if (what === 'history') return page(this.#steps.filter(({ alert }) => alert.id === id).map(historyStepJson));
        return page(this.alerts.filter(({ state }) => !query.has('state') || query.get('state')?.includes(state)));
      case 'mutes':
        return this.#mute(id, request);
      case 'stats':
        return this.#stats();
      case 'protocols':
        if (request.method !== 'POST') return page([{ ...tools, quirks: quirkBook.list }]);
        return what === 'explain' ? explained(await bodyOf(request)) : encoded(await bodyOf(request));
      case 'command-types':
        return page([...commandSet.types]);
      case 'commands':
        return page(this.commands.filter(({ vehicleId }) => vehicleId === query.get('vehicle')));
      case 'quarantine':
        return this.#quarantine(id, request);
      case 'vehicles': {
        if (id === undefined) return page(this.#search(query.get('plate') ?? ''));
        if (what === 'commands') return this.#give(id, await bodyOf(request));
        if (what === 'quirks') return this.#putQuirks(id, await bodyOf(request));
        if (what === 'trips') return this.journeys;
        if (what !== 'track') return this.vehicles.get(id);
        const [from, to] = [Date.parse(query.get('from')!), Date.parse(query.get('to')!)];
        return page(
          (this.tracks.get(id) ?? []).filter(({ time }) => Date.parse(time!) >= from && Date.parse(time!) < to),
        );
      }
    }
    const path = new URL(request.url!, 'http://page').pathname.slice('/v1/'.length);
    return this.office.answer(decodeURIComponent(path), query, request);
  }

  /** As the API does: a change or a removal names the revision that it was made of. */
  async #fence(id: string | undefined, request: IncomingMessage) {
    if (request.method === 'GET') return page(this.fences);
    const before = this.fences.find((fence) => fence.id === id);
    if (id !== undefined && request.headers['if-match'] !== `"${before?.revision}"`) {
      throw new Refusal(412, 'precondition-failed', 'changed since');
    }
    this.fences = this.fences.filter((fence) => fence !== before);
    if (request.method === 'DELETE') return {};
    const given = await bodyOf<Omit<FenceFeature, 'id' | 'revision'>>(request);
    const fence = { ...given, id: id ?? `fence-${this.fences.length}`, revision: (before?.revision ?? 0) + 1 };
    this.fences = [...this.fences, fence];
    return fence;
  }

  async #quarantine(id: string, request: IncomingMessage) {
    if (id === 'groups') return page(this.quarantine);
    if (id !== 'rerun') {
      const hex = this.quarantined.get(Number(id));
      return hex === undefined ? undefined : explained({ hex, lenient: true });
    }
    const { group, apply } = await bodyOf<{ group: string; apply: boolean }>(request);
    const items = this.rerun(group, apply);
    const applied = items.filter(({ outcome }) => outcome === 'applied');
    return {
      decodes: items.filter(({ outcome }) => outcome === 'decodes').length,
      applied: applied.length,
      fixes: applied.reduce((sum, { fixes }) => sum + fixes, 0),
      items,
    };
  }

  #give(vehicleId: string, { type, params }: { type: string; params: Record<string, unknown> }): CommandJson {
    const checked = commandSet.check(type, params);
    if (checked === null || 'problems' in checked) {
      const [{ path, message }] = checked?.problems ?? [{ path: 'type', message: 'unknown' }];
      throw new RangeError(`body.${path}: ${message}`);
    }
    const at = new Date().toISOString();
    const command: CommandJson = {
      id: `c${String(this.commands.length).padStart(17, '0')}`,
      vehicleId,
      type,
      params: checked.params,
      state: 'queued',
      reason: null,
      answer: null,
      createdAt: at,
      history: [{ state: 'queued', at }],
    };
    this.commands = [command, ...this.commands];
    return command;
  }

  /** The newest command goes on, and whoever watches its vehicle is told. */
  advance(state: CommandEvent['state'], more: Partial<Pick<CommandJson, 'reason' | 'answer'>> = {}): void {
    const [before, ...others] = this.commands;
    const event = { state, at: new Date().toISOString(), ...(more.reason && { reason: more.reason }) };
    const command = { ...before, ...more, state, history: [...before.history, event] };
    this.commands = [command, ...others];
    this.stream.commanded(command);
  }

  #putQuirks(id: string, { names }: { names: string[] | null }): Pick<VehicleJson, 'quirks'> {
    const vehicle = this.vehicles.get(id)!;
    const quirks = vehicle.terminals.map((terminal) => ({ ...terminal, names: names ?? [], set: names !== null }));
    this.vehicles.set(id, { ...vehicle, quirks });
    return { quirks };
  }

  #search(plate: string): VehicleJson[] {
    return [...this.vehicles.values()].filter((vehicle) => vehicle.plate?.includes(plate));
  }

  async #mute(id: string | undefined, request: IncomingMessage): Promise<object> {
    if (request.method === 'GET') return page(this.mutes);
    if (request.method === 'DELETE') this.mutes = this.mutes.filter((mute) => mute.id !== id);
    if (request.method !== 'POST') return {};
    const from = new Date().toISOString();
    const mute = {
      ...muteInputSchema.parse(await bodyOf(request)),
      id: `mute-${this.mutes.length}`,
      from,
      by: 'admin',
    };
    this.mutes = [mute, ...this.mutes];
    return mute;
  }

  #act(id: string, action: AlertAction, said: unknown): Alert | undefined {
    const alert = this.alerts.find((each) => each.id === id);
    if (!alert) return undefined;
    const word = { ...ALERT_WORDS[action].parse(said), action } as AlertWord;
    this.actions.push({ id, ...word });
    const after = acted(alert, word, 'admin', Date.now());
    this.raise(after, word);
    return after;
  }

  #stats() {
    const stats = liveStats(this.#accepted, this.vehicles.size);
    return {
      ...stats,
      log: { ...stats.log, state: this.log },
      store: { ...stats.store, state: this.database, inSpool: this.inSpool },
      ...this.stats,
    };
  }
}

function explained({ hex, ...options }: { hex: string; edition?: string; lenient?: boolean }) {
  const parsed = parseHex(hex);
  if ('wrong' in parsed) throw new RangeError('the page should not have asked');
  return { bytes: parsed.digits, frames: tools.explain(Buffer.from(parsed.digits, 'hex'), options) };
}

function encoded(message: Record<string, unknown>) {
  return { frames: tools.encode(message).map((frame) => frame.toString('hex')) };
}
