import { driverIdentity, driverIdentityQuery } from '../messages/driver-identity.js';
import { recorderData, recorderDataQuery, recorderParametersSet } from '../messages/recorder.js';
import { command } from './command-type.js';
import { choice, hexText, int, object, optional, time, where } from './params.js';
import { periodProblem, timeBcd } from './times.js';

/** Who drives: the terminal tells what the card in it says. */
export const askDriver = command({
  type: 'driver-identity',
  summary: 'ask who drives',
  messages: [driverIdentityQuery],
  answers: [driverIdentity],
  params: object({}),
  encode: () => ({ message: driverIdentityQuery }),
});

/** Command words of GB/T 19056-2012 table A.6; the last eight take a period. */
const QUERIES = {
  version: 0x00,
  driver: 0x01,
  time: 0x02,
  mileage: 0x03,
  'pulse-factor': 0x04,
  vehicle: 0x05,
  signals: 0x06,
  'serial-number': 0x07,
  speed: 0x08,
  positions: 0x09,
  accidents: 0x10,
  'overtime-driving': 0x11,
  'driver-changes': 0x12,
  'power-supply': 0x13,
  'parameter-changes': 0x14,
  'speed-states': 0x15,
} as const;
const FIRST_WITH_PERIOD = 0x08;

/** Data of the driving recorder behind the terminal. */
export const getRecorderData = command({
  type: 'get-recorder-data',
  summary: 'ask for data of the driving recorder',
  messages: [recorderDataQuery],
  answers: [recorderData],
  params: where(
    object({
      data: choice(QUERIES, 'what (GB/T 19056-2012); from speed on, of a period'),
      from: optional(time()),
      to: optional(time()),
      maxBlocks: optional(int(1, 0xffff, 'at most so many blocks of data'), 0xffff),
    }),
    (p) => {
      const wantsPeriod = QUERIES[p.data] >= FIRST_WITH_PERIOD;
      if (wantsPeriod && p.from === undefined) return { path: 'from', message: `is missing: ${p.data} is of a period` };
      if (!wantsPeriod && p.from !== undefined) return { path: 'from', message: `${p.data} is of no period` };
      return periodProblem(p);
    },
  ),
  encode({ data, from, to, maxBlocks }) {
    const word = QUERIES[data];
    const blocks = maxBlocks.toString(16).padStart(4, '0');
    const period = from === undefined || to === undefined ? '' : timeBcd(from) + timeBcd(to) + blocks;
    return { message: recorderDataQuery, fields: { command: word, blockHex: recorderPacket(word, period) } };
  },
});

const SETTINGS = {
  vehicle: 0x82,
  'installation-date': 0x83,
  signals: 0x84,
  time: 0xc2,
  'pulse-factor': 0xc3,
  mileage: 0xc4,
} as const;

/** Parameters of the driving recorder. */
export const setRecorderParameters = command({
  type: 'set-recorder-parameters',
  summary: 'set parameters of the driving recorder',
  messages: [recorderParametersSet],
  params: object({
    setting: choice(SETTINGS, 'what (GB/T 19056-2012)'),
    hex: hexText(0, 900, 'the block of data, as the standard lays it out'),
  }),
  encode: ({ setting, hex }) => ({
    message: recorderParametersSet,
    fields: { command: SETTINGS[setting], blockHex: recorderPacket(SETTINGS[setting], hex) },
  }),
});

/**
 * A packet to the recorder (GB/T 19056-2012 §A.2.1): AA 75 · command word BYTE · length of the data WORD · 0 BYTE · data ·
 * exclusive or of all before.
 */
function recorderPacket(word: number, dataHex: string): string {
  const data = Buffer.from(dataHex, 'hex');
  const packet = Buffer.concat([Buffer.of(0xaa, 0x75, word, data.length >> 8, data.length & 0xff, 0), data]);
  const check = packet.reduce((xor, byte) => xor ^ byte, 0);
  return packet.toString('hex') + check.toString(16).padStart(2, '0');
}
