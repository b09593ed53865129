import type { AreaKind } from './fence.js';
import type { TerminalRef, Vehicle } from './vehicle.js';

/**
 * queued: waits for the terminal. sent: written to its connection, not answered yet. acknowledged: the terminal has it
 * (general response). answered: its dedicated answer has come. failed, expired: `reason` says why.
 */
export const COMMAND_STATES = ['queued', 'sent', 'acknowledged', 'answered', 'failed', 'expired'] as const;

export type CommandState = (typeof COMMAND_STATES)[number];

/** Why a command failed, or ended without what it was for. Protocols add their own. */
export const COMMAND_REASONS = {
  'not-connected': 'not to be sent late, or the terminal did not come before it expired',
  'connection-lost': 'sent and not answered when the connection went, and not to be sent again',
  restarted: 'the same, because the server was started anew',
  'no-response': 'sent as often as allowed, or until it expired, and never answered',
  'no-answer': 'acknowledged, and the answer that belongs to it never came',
  'terminal-moved': 'the terminal sits in another vehicle now, or in none',
  superseded: 'what it was for has changed before it was sent',
  'not-in-edition': 'the terminal’s edition of the protocol has no such message',
  'cannot-encode': 'the terminal’s edition cannot say what the parameters ask for',
} as const;

/** One of ours, or one that a protocol names; a result that no standard names is `result-<number>`. */
export type CommandReason = keyof typeof COMMAND_REASONS | (string & {});

/** One step in the life of a command. */
export interface CommandEvent {
  state: CommandState;
  /** Epoch ms. */
  at: number;
  /** Serial number that the message went out with; only where it was sent. */
  serial?: number;
  reason?: CommandReason;
  /** More about the reason, for people. */
  detail?: string;
}

/** What of a fence a command brings to a terminal, or takes from it. */
export interface AreaOrder {
  kind: AreaKind;
  /** Number of the area on the terminal: the fence's own. */
  no: number;
  /** Revision of the fence that the terminal is to hold; null where it is to hold none. */
  revision: number | null;
}

/** What was asked for: never changes. */
export interface CommandOrder {
  /** Ids of later commands are greater, byte by byte. */
  id: string;
  vehicleId: string;
  terminal: TerminalRef;
  /** As the terminal's protocol names it. */
  type: string;
  /** As the protocol has checked them, defaults filled in. */
  params: Record<string, unknown>;
  /** Commands that were given together; null for one alone. */
  batch: string | null;
  /** Epoch ms. */
  createdAt: number;
  expiresAt: number;
  /** Not sent to a terminal that comes back: only to one that is connected when it is given. */
  neverLate: boolean;
  /** Who gave it. */
  by: string;
  /** Only of commands that keep a fence on the terminal in step. */
  area?: AreaOrder;
}

/** What of a command its terminal gets to see, each in the words of its protocol. */
export type CommandMessage = Pick<CommandOrder, 'id' | 'type' | 'params' | 'expiresAt'>;

/** What became of it, whole: the newest one counts. */
export interface CommandProgress {
  id: string;
  state: CommandState;
  /** How often it was sent. */
  attempts: number;
  history: CommandEvent[];
  /** Fields of the terminal's answer. */
  answer: Record<string, unknown> | null;
  reason: CommandReason | null;
  /** Epoch ms from which on nothing more is done about it; null while it is alive. */
  endedAt: number | null;
}

export type Command = CommandOrder & CommandProgress;

/** Which commands a list is narrowed to. An absent part asks for all. */
export interface CommandFilter {
  vehicle?: readonly string[];
  type?: readonly string[];
  state?: readonly CommandState[];
  batch?: string;
}

export function matchesCommand({ vehicle, type, state, batch }: CommandFilter, command: Command): boolean {
  return (
    (!vehicle || vehicle.includes(command.vehicleId)) &&
    (!type || type.includes(command.type)) &&
    (!state || state.includes(command.state)) &&
    (batch === undefined || batch === command.batch)
  );
}

/** What is wrong with a parameter, and where: `contacts[2].phone`. */
export interface CommandProblem {
  path: string;
  message: string;
}

/** A kind of command, for people and for forms. */
export interface CommandTypeInfo {
  protocol: string;
  type: string;
  summary: string;
  /** Id and clause of the message that is sent, such as `0x8300, JT/T 808-2019 §8.27`. */
  message: string;
  /** Message that answers it beyond the acknowledgement; null where none does. */
  answer: string | null;
  /** JSON Schema of its parameters. */
  params: Record<string, unknown>;
}

/** What somebody wants to be told to vehicles. */
export interface CommandInput {
  vehicles: readonly Vehicle[];
  type: string;
  /** Not checked yet. */
  params: unknown;
  /** From now, ms. */
  expiresInMs: number;
  neverLate: boolean;
  by: string;
  area?: AreaOrder;
  /** The one of the vehicle's terminals that is meant; where absent, one that is connected. */
  terminal?: TerminalRef;
  /** They belong together and can be asked for together. */
  asBatch: boolean;
}

/**
 * Why one vehicle's command was not taken. queue-full: too many wait for the terminal; full: too many in all;
 * not-recorded: the log takes nothing just now.
 */
export type CommandRefusal = 'no-terminal' | 'queue-full' | 'full' | 'not-recorded';

export type CommandOutcome =
  | { vehicleId: string; command: Command }
  | { vehicleId: string; refused: CommandRefusal; message: string };

/** Either wrong as a whole, or an outcome for each vehicle, in order. */
export type CommandAnswer = { problems: CommandProblem[] } | { batch: string | null; outcomes: CommandOutcome[] };

/** The beginning and the end of a long history are kept. */
const HISTORY_HEAD = 4;
const HISTORY_MAX = 32;

/** A command that goes on to `event.state`; `ends`: nothing more is done about it then. */
export function advance(
  command: CommandProgress,
  event: CommandEvent,
  ends: boolean,
  answer = command.answer,
): CommandProgress {
  const history = [...command.history, event];
  if (history.length > HISTORY_MAX) history.splice(HISTORY_HEAD, history.length - HISTORY_MAX);
  return {
    id: command.id,
    state: event.state,
    attempts: command.attempts + (event.state === 'sent' ? 1 : 0),
    history,
    answer,
    reason: event.reason ?? null,
    endedAt: ends ? event.at : null,
  };
}
