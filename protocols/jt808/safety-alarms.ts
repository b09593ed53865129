import type { SafetyAlarm } from '../../model/safety-alarm.js';
import type { Codec, Fields } from '../common/codecs.js';
import { Reader } from '../common/wire.js';
import { ADAS, BSD, DSM, fitsBsd, fitsDriverAlarm, fitsTpms, TPMS } from './active-safety.js';

/** Types by number (T/JSATL 12-2017 tables 4-15, 4-17, 4-20). From 0x10 on they are events, such as a sign that was read: no alarms. */
const ADAS_TYPES: Readonly<Record<number, string>> = {
  1: 'forward-collision',
  2: 'lane-departure',
  3: 'following-too-close',
  4: 'pedestrian-collision',
  5: 'frequent-lane-change',
  6: 'road-sign-limit',
  7: 'obstacle',
};
const DSM_TYPES: Readonly<Record<number, string>> = {
  1: 'fatigue',
  2: 'phone',
  3: 'smoking',
  4: 'distraction',
  5: 'driver-abnormal',
};
const BSD_TYPES: Readonly<Record<number, string>> = { 1: 'rear-approach', 2: 'left-approach', 3: 'right-approach' };
const FIRST_EVENT = 0x10;
/** Bits of a tyre's type, gravest first; bit 0 is the report that comes now and then. */
const TYRE_FAULTS: readonly [bit: number, name: string][] = [
  [2, 'low-pressure'],
  [6, 'slow-leak'],
  [1, 'high-pressure'],
  [3, 'hot'],
  [5, 'imbalance'],
  [4, 'sensor-fault'],
  [7, 'low-battery'],
];

interface System {
  fits: (length: number) => boolean;
  codec: Codec;
  /** The name of the alarm; null where it is none. */
  name: (fields: Fields) => string | null;
}

const SYSTEMS: Readonly<Record<number, System>> = {
  100: { fits: fitsDriverAlarm, codec: ADAS, name: (f) => typed('adas', ADAS_TYPES, f) },
  101: { fits: fitsDriverAlarm, codec: DSM, name: (f) => typed('dsm', DSM_TYPES, f) },
  102: { fits: fitsTpms, codec: TPMS, name: tyreFault },
  103: { fits: fitsBsd, codec: BSD, name: (f) => typed('bsd', BSD_TYPES, f) },
};
const FIRST_ITEM = 0x64;
const LAST_ITEM = 0x67;

const FLAGS: readonly SafetyAlarm['phase'][] = ['once', 'start', 'end'];
const LONG_KEY_BYTES = 40;

const NONE: readonly SafetyAlarm[] = [];

/** The alarms in the additional items of a location (0x64–0x67), in their order; never throws. */
export function safetyAlarms(items: Uint8Array): readonly SafetyAlarm[] {
  let alarms: SafetyAlarm[] | null = null;
  for (let at = 0; at + 2 <= items.length; at += 2 + items[at + 1]) {
    const id = items[at];
    const end = at + 2 + items[at + 1];
    if (id < FIRST_ITEM || id > LAST_ITEM || end > items.length || !SYSTEMS[id].fits(items[at + 1])) continue;
    const bytes = Buffer.from(items.buffer, items.byteOffset + at + 2, items[at + 1]);
    const alarm = readAlarm(SYSTEMS[id], bytes);
    if (alarm !== null) (alarms ??= []).push(alarm);
  }
  return alarms ?? NONE;
}

function readAlarm({ codec, name }: System, bytes: Buffer): SafetyAlarm | null {
  const r = new Reader(bytes, 0, bytes.length, '2013');
  const fields = codec.read(r) as Fields;
  const type = r.failure === null ? name(fields) : null;
  if (type === null) return null;
  const { alarmId, flag, level, alarmKey, time, lat, lon, reservedHex, type: _, ...measured } = fields;
  return {
    type,
    alarmId: alarmId as number,
    phase: FLAGS[flag as number] ?? 'once',
    level: typeof level === 'number' && level > 0 ? level : null,
    time: Date.parse(String(time)),
    key: alarmKey as string,
    attachments: attachmentsOf(alarmKey as string),
    measured,
  };
}

/** Key: terminal id BYTE[7] · time BCD[6] · sequence BYTE · attachments BYTE · reserved BYTE; the long one BYTE[30] and BYTE[2]. */
function attachmentsOf(key: string): number {
  const at = key.length === LONG_KEY_BYTES * 2 ? 37 : 14;
  return Number.parseInt(key.slice(at * 2, at * 2 + 2), 16);
}

function typed(system: string, types: Readonly<Record<number, string>>, { type }: Fields): string | null {
  const number = type as number;
  if (number === 0 || number >= FIRST_EVENT) return null;
  return `${system}-${types[number] ?? `type-${number}`}`;
}

function tyreFault({ tyres }: Fields): string | null {
  let bits = 0;
  for (const tyre of tyres as { type: number }[]) bits |= tyre.type;
  const worst = TYRE_FAULTS.find(([bit]) => (bits >> bit) & 1);
  return worst === undefined ? null : `tpms-${worst[1]}`;
}
