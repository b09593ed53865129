import type { CommandJson, CommandsFilter, StreamMessage, StreamRequest } from './messages.js';
import type { Subscription, SubscriptionPort } from './subscription.js';

export interface CommandsHandlers {
  /** A command as it is now. */
  command(command: CommandJson): void;
  /** The server knows of the subscription, now or again: what happened before is in the list of commands. */
  subscribed?(): void;
}

/** Commands to terminals, whenever one is given or goes on. */
export class CommandFollower implements Subscription {
  readonly #filter: CommandsFilter;
  readonly #port: SubscriptionPort;
  readonly #handlers: CommandsHandlers;

  constructor(
    readonly id: number,
    filter: CommandsFilter,
    port: SubscriptionPort,
    handlers: CommandsHandlers,
  ) {
    this.#filter = filter;
    this.#port = port;
    this.#handlers = handlers;
  }

  close(): void {
    this.#port.close(this.id);
  }

  request(): StreamRequest {
    return { op: 'subscribe', id: this.id, channel: 'commands', filter: this.#filter };
  }

  take(message: StreamMessage): void {
    if (message.type === 'command') this.#handlers.command(message.command);
    else if (message.type === 'subscribed') this.#handlers.subscribed?.();
  }

  lost(): void {}
}
