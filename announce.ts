import { readFileSync } from 'node:fs';
import type { Settings } from './config.js';

export function productVersion(): string {
  // Beside this file in the sources, one up in what is built.
  for (const place of ['./package.json', '../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')).version;
    } catch {
      // The other one, then.
    }
  }
  return 'unknown';
}

/** The one block that a person looks for after the start, on stdout. `root`: the data directory. */
export function announce(at: {
  url: string;
  adminKey: string;
  jt808Port: number;
  jt905Port: number;
  settings: Settings;
  root: string;
}): void {
  const { settings } = at;
  const listening = [
    at.jt808Port ? `JT/T 808 on ${settings.tcpHost}:${at.jt808Port}` : '',
    at.jt905Port ? `JT/T 905 on ${settings.tcpHost}:${at.jt905Port}` : '',
    settings.aisPort ? `AIS on ${settings.tcpHost}:${settings.aisPort}, TCP and UDP` : '',
    settings.attachmentPort ? `files of alarms on ${settings.tcpHost}:${settings.attachmentPort}` : '',
  ].filter(Boolean);
  const weaker = [
    settings.ackLevel === 'write' ? 'acknowledged before the disk has it: up to 5 ms may be lost with the power' : '',
    settings.timePolicy === 'replay' ? 'device times are trusted however old (replay)' : '',
    settings.terminalAuth === 'required'
      ? ''
      : `terminals get in with ${settings.terminalAuth === 'any' ? 'any' : 'no'} code`,
  ].filter(Boolean);
  const lines = [
    ['map', `${at.url}/?key=${at.adminKey}`],
    ['api', `${at.url}/docs`],
    ['terminals', listening.length > 0 ? `${listening.join(', ')}, without TLS` : 'off'],
    ['admin key', at.adminKey],
    ['data', `${at.root}, acknowledged at level ${settings.ackLevel}`],
    ...weaker.map((line) => ['note', line]),
  ];
  console.log(
    `cheji ${productVersion()}\n${lines.map(([name, value]) => `  ${name.padEnd(10)} ${value}`).join('\n')}\n`,
  );
}
