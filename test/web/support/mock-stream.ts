import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CommandJson, DensityCell, LivePosition } from '../../../client/index.js';
import type { StreamMessage, StreamRequest } from '../../../client/messages.js';
import type { Alert } from '../../../model/alert.js';
import type { Bbox, VehicleJson } from '../../../web/api-types.js';

/** One page that watches. */
interface Watcher {
  socket: WebSocket;
  positions: { id: number; bbox: Readonly<Bbox>; had: Set<string> } | null;
  alerts: number | null;
  commands: { id: number; vehicle: unknown } | null;
}

/** What the stream tells of, as the server holds it. */
interface Scene {
  readonly key: string;
  readonly vehicles: ReadonlyMap<string, VehicleJson>;
  /** Sent instead of positions while it is not null. */
  readonly density: DensityCell[] | null;
}

/** `/v1/stream` as the page knows it (contract §6). */
export class MockStream {
  /** Every bbox that a page asked positions for, and every cursor that it resumed from. */
  readonly views: Readonly<Bbox>[] = [];
  readonly cursors: (string | undefined)[] = [];
  /** New connections are refused while true. */
  #down = false;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #watchers = new Set<Watcher>();
  readonly #alertLog: Alert[] = [];

  constructor(private readonly scene: Scene) {}

  /** Listens on the port of `http`. */
  listen(http: Server): void {
    http.on('upgrade', (request, socket, head) => {
      if (this.#down) socket.destroy();
      else this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#watch(opened));
    });
  }

  stop(): void {
    for (const { socket } of this.#watchers) socket.terminate();
  }

  /** Cuts every stream, and lets nobody back in until `comeBack`. */
  goAway(): void {
    this.#down = true;
    for (const { socket } of this.#watchers) socket.close(1001);
  }

  comeBack(): void {
    this.#down = false;
  }

  moved(positions: readonly LivePosition[]): void {
    if (this.scene.density) return;
    for (const watcher of this.#watchers) {
      const view = watcher.positions;
      if (!view) continue;
      const items = positions.filter((position) => inside(view.bbox, position));
      const gone = positions.filter((p) => !inside(view.bbox, p) && view.had.delete(p.vehicleId));
      for (const { vehicleId } of items) view.had.add(vehicleId);
      say(watcher, { type: 'positions', id: view.id, snapshot: false, items, gone: gone.map((p) => p.vehicleId) });
    }
  }

  removed(vehicleId: string): void {
    for (const watcher of this.#watchers) {
      if (!watcher.positions) continue;
      say(watcher, { type: 'positions', id: watcher.positions.id, snapshot: false, items: [], gone: [vehicleId] });
    }
  }

  /** A step in the life of an alert: told with its number as the cursor. */
  raised(alert: Alert): void {
    this.#alertLog.push(alert);
    for (const watcher of this.#watchers) this.#tellAlert(watcher, this.#alertLog.length);
  }

  commanded(command: CommandJson): void {
    for (const watcher of this.#watchers) {
      const { commands } = watcher;
      if (commands && commands.vehicle === command.vehicleId)
        say(watcher, { type: 'command', id: commands.id, command });
    }
  }

  /** Everybody's view anew. */
  refresh(): void {
    for (const watcher of this.#watchers) this.#sendView(watcher);
  }

  #watch(socket: WebSocket): void {
    const watcher: Watcher = { socket, positions: null, alerts: null, commands: null };
    this.#watchers.add(watcher);
    socket.on('close', () => this.#watchers.delete(watcher));
    socket.on('message', (data) => this.#hear(watcher, JSON.parse(String(data)) as StreamRequest));
  }

  #hear(watcher: Watcher, request: StreamRequest): void {
    if (request.op === 'auth') {
      if (request.key === this.scene.key) say(watcher, { type: 'authenticated' });
      else watcher.socket.close(4001);
    } else if (request.op === 'ping') {
      say(watcher, { type: 'pong' });
    } else if (request.op === 'unsubscribe') {
      if (watcher.commands?.id === request.id) watcher.commands = null;
    } else if (request.op === 'subscribe' && request.channel === 'commands') {
      watcher.commands = { id: request.id, vehicle: request.filter.vehicle };
      say(watcher, { type: 'subscribed', id: request.id });
    } else if (request.op === 'update' || (request.op === 'subscribe' && request.channel === 'positions')) {
      const bbox = request.bbox!;
      this.views.push(bbox);
      watcher.positions = { id: request.id, bbox, had: new Set() };
      if (request.op === 'subscribe') say(watcher, { type: 'subscribed', id: request.id });
      this.#sendView(watcher);
    } else if (request.op === 'subscribe') {
      this.#resume(watcher, request);
    }
  }

  #resume(watcher: Watcher, request: { id: number; cursor?: string }): void {
    this.cursors.push(request.cursor);
    watcher.alerts = request.id;
    const from = request.cursor === undefined ? this.#alertLog.length : Number(request.cursor.split('-')[1]);
    const recovered = request.cursor !== undefined;
    say(watcher, { type: 'subscribed', id: request.id, epoch: 'e1', cursor: `e1-${from}`, recovered });
    for (let number = from + 1; number <= this.#alertLog.length; number++) this.#tellAlert(watcher, number);
  }

  #tellAlert(watcher: Watcher, number: number): void {
    if (watcher.alerts === null) return;
    const alert = this.#alertLog[number - 1];
    say(watcher, { type: 'alert', id: watcher.alerts, cursor: `e1-${number}`, transition: 'updated', alert });
  }

  #sendView(watcher: Watcher): void {
    const view = watcher.positions;
    if (!view) return;
    if (this.scene.density) {
      say(watcher, { type: 'density', id: view.id, cells: this.scene.density });
      return;
    }
    const items = [...this.scene.vehicles.values()].flatMap(({ position, plate, category, online }) =>
      position && inside(view.bbox, position) ? [{ ...position, plate, category, online }] : [],
    );
    view.had = new Set(items.map(({ vehicleId }) => vehicleId));
    say(watcher, { type: 'positions', id: view.id, snapshot: true, items, gone: [] });
  }
}

function inside(
  [west, south, east, north]: Readonly<Bbox>,
  { lon, lat }: { lon: number | null; lat: number | null },
): boolean {
  return lon !== null && lat !== null && lon >= west && lon <= east && lat >= south && lat <= north;
}

function say({ socket }: Watcher, message: StreamMessage): void {
  socket.send(JSON.stringify(message));
}
