import { type Command, InvalidArgumentError, Option } from 'commander';
import { DATUMS } from '../../model/datum.js';

/** What a person gave was bad; the message says which line or byte and why. Ends the command with exit code 1. */
export class InputError extends Error {}

/** Makes the options understood alike by every command: a wrong one is wrong usage, exit code 2. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${low} to ${high}.`);
  };
}

export function numberAbove(low: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > low) return value;
    throw new InvalidArgumentError(`It must be a number above ${low}.`);
  };
}

export interface Endpoint {
  host: string;
  port: number;
}

/** "host:port", "[::1]:port" or just "port" on this machine. */
export function endpoint(text: string): Endpoint {
  const match = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be host:port.');
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}

/**
 * Ends the command as wrong usage where one of these options is missing. Commander's own requiredOption would complain of
 * that before it says that `--too` was meant to be `--to`.
 */
export function required(command: Command, ...names: string[]): void {
  for (const name of names) {
    if (command.getOptionValue(name) !== undefined) continue;
    const option = command.options.find((o) => o.attributeName() === name);
    command.error(`error: required option '${option?.flags}' not specified`);
  }
}

/** What the coordinates of a file refer to. */
export function datumOption(): Option {
  return new Option('--datum <name>', 'what coordinates of the file refer to; they are converted to WGS-84')
    .choices(DATUMS)
    .default('wgs84');
}

/** Adds the examples that every help text ends with. */
export function examples(command: Command, ...lines: string[]): Command {
  return command.addHelpText(
    'after',
    `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((l) => `  ${l}`).join('\n')}`,
  );
}
