import type { CommandFollower, CommandJson, Stream } from '../client/index.js';
import type { CommandTypeInfo } from '../model/command.js';
import type { ApiClient } from './api-client.js';
import type { Page } from './api-types.js';

const SHOWN = 20;

/** What one vehicle's terminal has been told, and what became of it: read once, then as the stream tells. */
export class VehicleCommands {
  /** Newest first. */
  list: CommandJson[] = [];
  /** Why the list cannot be read; '' where it can. */
  problem = '';
  readonly #api: ApiClient;
  readonly #stream: Stream;
  readonly #changed: (() => void)[] = [];
  #vehicleId: string | null = null;
  #followed: CommandFollower | null = null;
  #types: Promise<CommandTypeInfo[]> | null = null;

  constructor(api: ApiClient, stream: Stream) {
    this.#api = api;
    this.#stream = stream;
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  /** Another vehicle, or none. */
  follow(vehicleId: string | null): void {
    this.#followed?.close();
    this.#followed = null;
    this.#vehicleId = vehicleId;
    this.list = [];
    this.problem = '';
    if (vehicleId === null) return;
    this.#followed = this.#stream.commands(
      { vehicle: vehicleId },
      {
        command: (command) => this.#take(command),
        // After a break of the stream, too: what was missed is in the list.
        subscribed: () => void this.#read(vehicleId),
      },
    );
    void this.#read(vehicleId);
  }

  /** A command as it is now. */
  #take(command: CommandJson): void {
    if (command.vehicleId !== this.#vehicleId) return;
    const at = this.list.findIndex(({ id }) => id === command.id);
    // An answer that was on its way may be older than what the stream has told meanwhile.
    if (at >= 0 && this.list[at].history.length > command.history.length) return;
    const others = this.list.filter(({ id }) => id !== command.id);
    this.list = [command, ...others].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, SHOWN);
    this.#tell();
  }

  /** Throws as ApiClient does. */
  async give(type: string, params: unknown, neverLate: boolean): Promise<void> {
    if (this.#vehicleId === null) return;
    const path = `/v1/vehicles/${encodeURIComponent(this.#vehicleId)}/commands`;
    this.#take(await this.#api.post<CommandJson>(path, { type, params, neverLate }));
  }

  /** What terminals of these protocols can be told. Throws as ApiClient does; the next call then asks again. */
  async types(protocols: readonly string[]): Promise<CommandTypeInfo[]> {
    this.#types ??= this.#api.get<Page<CommandTypeInfo>>('/v1/command-types').then(({ items }) => items);
    try {
      return (await this.#types).filter(({ protocol }) => protocols.includes(protocol));
    } catch (error) {
      this.#types = null;
      throw error;
    }
  }

  async #read(vehicleId: string): Promise<void> {
    try {
      const { items } = await this.#api.get<Page<CommandJson>>('/v1/commands', { vehicle: vehicleId, limit: SHOWN });
      this.problem = '';
      for (const command of items) this.#take(command);
    } catch (error) {
      if (vehicleId === this.#vehicleId) this.problem = (error as Error).message;
    }
    this.#tell();
  }

  #tell(): void {
    for (const changed of this.#changed) changed();
  }
}
