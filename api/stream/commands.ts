import { type Command, type CommandFilter, matchesCommand } from '../../model/command.js';
import type { App } from '../app.js';
import { commandJson } from '../output/command-json.js';
import { LIMITS } from './limits.js';
import type { SubscriptionId } from './messages.js';
import { say } from './server-messages.js';

const ENCODED_KEPT = 2000;

/** Where the messages of a client's command subscriptions go. */
export interface CommandPort {
  /** Commands that wait for the client, in all its subscriptions. */
  waiting: number;
  /** 'sent'; 'buffered': taken, but the client is behind now; 'dropped': not taken. */
  send(message: string): 'sent' | 'buffered' | 'dropped' | 'closed';
  /** Ends the connection with 4008; the client lists what it wants to know and subscribes again. */
  tooSlow(): void;
}

export interface CommandSubscription {
  id: SubscriptionId;
  filter: CommandFilter;
  port: CommandPort;
  /** Commands that went on while the client was behind, by id: what it gets is their newest form. */
  waiting: Map<string, Command>;
  blocked: boolean;
}

/**
 * Commands to the stream: each as it is, whenever it is given or goes on. What a command was in between may be left out
 * for a slow client; what it came to is not.
 */
export class CommandsHub {
  readonly #subscriptions = new Set<CommandSubscription>();
  /** Commands as JSON by id and step, written once for everybody. */
  readonly #encoded = new Map<string, string>();
  readonly #stop: () => void;

  constructor(app: App) {
    this.#stop = app.deps.commands.subscribe((command) => this.#news(command));
  }

  add(id: SubscriptionId, filter: CommandFilter, port: CommandPort): CommandSubscription {
    const subscription = { id, filter, port, waiting: new Map<string, Command>(), blocked: false };
    port.send(say({ type: 'subscribed', id }));
    this.#subscriptions.add(subscription);
    return subscription;
  }

  remove(subscription: CommandSubscription): void {
    this.#subscriptions.delete(subscription);
    subscription.port.waiting -= subscription.waiting.size;
    subscription.waiting.clear();
  }

  /** The client has caught up with what was buffered. */
  drained(subscription: CommandSubscription): void {
    subscription.blocked = false;
    for (const [id, command] of subscription.waiting) {
      if (subscription.blocked) return;
      subscription.waiting.delete(id);
      subscription.port.waiting--;
      this.#send(subscription, command);
    }
  }

  close(): void {
    this.#stop();
    this.#subscriptions.clear();
  }

  #news(command: Command): void {
    for (const subscription of this.#subscriptions) {
      if (!matchesCommand(subscription.filter, command)) continue;
      if (!subscription.blocked) this.#send(subscription, command);
      else this.#keep(subscription, command);
    }
  }

  #keep({ waiting, port }: CommandSubscription, command: Command): void {
    if (!waiting.has(command.id)) port.waiting++;
    waiting.set(command.id, command);
    if (port.waiting > LIMITS.commandsWaiting) port.tooSlow();
  }

  #send(subscription: CommandSubscription, command: Command): void {
    const { id, port } = subscription;
    const result = port.send(`{"type":"command","id":${JSON.stringify(id)},"command":${this.#encode(command)}}`);
    if (result === 'dropped') port.tooSlow();
    if (result !== 'sent') subscription.blocked = true;
  }

  #encode(command: Command): string {
    // History only grows or is cut to one length, so its last time tells forms apart that its length does not.
    const key = `${command.id} ${command.attempts} ${command.history.length} ${command.history.at(-1)?.at}`;
    let text = this.#encoded.get(key);
    if (text === undefined) {
      text = JSON.stringify(commandJson(command));
      if (this.#encoded.size >= ENCODED_KEPT) this.#encoded.clear();
      this.#encoded.set(key, text);
    }
    return text;
  }
}
