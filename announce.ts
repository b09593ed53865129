import { join } from 'node:path';
import type { Settings } from './config.js';
import { passwordFile } from './parts/mqtt-feeds.js';
import { productVersion } from './parts/product-version.js';

/** The one block that a person looks for after the start, on stdout. `root`: the data directory. */
export function announce(at: {
  url: string;
  adminKey: string;
  jt808Port: number;
  jt905Port: number;
  mqttPort: number;
  settings: Settings;
  root: string;
}): void {
  const { settings } = at;
  const listening = [
    at.jt808Port ? `JT/T 808 on ${settings.tcpHost}:${at.jt808Port}` : '',
    at.jt905Port ? `JT/T 905 on ${settings.tcpHost}:${at.jt905Port}` : '',
    settings.aisPort ? `AIS on ${settings.tcpHost}:${settings.aisPort}, TCP and UDP` : '',
    at.mqttPort ? `MQTT on ${settings.tcpHost}:${at.mqttPort} (3.1.1)` : '',
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
    ...mqttLine(at),
    ['data', `${at.root}, acknowledged at level ${settings.ackLevel}`],
    ...weaker.map((line) => ['note', line]),
  ];
  print(lines);
}

/** The same of a node that shows what the main node has. */
export function announceApiNode({ url, adminKey }: { url: string; adminKey: string }): void {
  print([
    ['map', `${url}/?key=${adminKey}`],
    ['api', `${url}/docs`],
    ['role', 'api: what the main node has, as Redis hands it on'],
    ['admin key', adminKey],
  ]);
}

function print(lines: readonly (readonly string[])[]): void {
  console.log(
    `cheji ${productVersion()}\n${lines.map(([name, value]) => `  ${name.padEnd(10)} ${value}`).join('\n')}\n`,
  );
}

/** Who gets into the embedded broker, or which other one is in use. */
function mqttLine({ mqttPort, settings, root }: Parameters<typeof announce>[0]): [string, string][] {
  const { mqttUrl, mqttUsers } = settings;
  if (mqttUrl !== null) return [['mqtt', new URL(mqttUrl).host]];
  if (mqttPort === 0) return [];
  const made = mqttUsers.filter(({ password }) => password === undefined).map(({ user }) => user);
  if (made.length === 0) return [['mqtt', `${mqttUsers.length} users`]];
  const more = made.length > 1 ? `, and ${made.length - 1} more` : '';
  return [['mqtt', `user ${made[0]}${more}, password in ${join(root, 'keys', passwordFile(made[0]))}`]];
}
