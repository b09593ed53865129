#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { decodeCommand } from './decode.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { encodeCommand } from './encode.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { replayCommand } from './replay.js';
import { serveCommand } from './serve.js';
import { simulateCommand } from './simulate.js';

const EXIT_BAD_INPUT = 1;
const EXIT_WRONG_USAGE = 2;

const program = new Command('cheji')
  .description(
    'Real-time monitoring of commercial vehicles: JT/T 808 terminals in, durable tracks, live map and alerts out.',
  )
  .version(version(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'show help')
  .showHelpAfterError('(add --help for the options and an example)')
  .showSuggestionAfterError(true)
  .addHelpText(
    'after',
    '\nExamples:\n  cheji serve\n  cheji decode 7e000200000138001380000001a97e\n  cheji replay tracks.csv --to 127.0.0.1:6808 --speed 60\n' +
      '\nData goes to stdout, messages to stderr. Exit codes: 0 done, 1 bad input, 2 wrong usage.',
  )
  .exitOverride();

for (const make of [
  serveCommand,
  decodeCommand,
  encodeCommand,
  replayCommand,
  simulateCommand,
  demoCommand,
  importCommand,
  exportCommand,
  doctorCommand,
]) {
  program.addCommand(inheriting(make(), program));
}

// Whoever reads has seen enough, as `head` has: what is left of the output has nowhere to go, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed what it had to say.
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_WRONG_USAGE;
  } else {
    console.error(`cheji: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_BAD_INPUT;
  }
}

/** With the settings of the command above it, and so with all commands below. */
function inheriting(command: Command, above: Command): Command {
  command.copyInheritedSettings(above);
  for (const below of command.commands) inheriting(below, command);
  return command;
}

/** The version of the package this file is in, be it the source tree or dist/. */
function version(): string {
  for (const up of ['../package.json', '../../package.json']) {
    const path = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  }
  throw new Error('package.json is missing beside the program: install cheji again');
}
