import { encodeText } from '../../common/text.js';
import { attributesQuery, attributesResponse } from '../messages/terminal-attributes.js';
import { terminalControl } from '../messages/terminal-control.js';
import { upgradePackage, upgradeResult } from '../messages/upgrade.js';
import { byResult, command } from './command-type.js';
import { base64, choice, flag, int, object, optional, text, where } from './params.js';

/** What the terminal is. */
export const getAttributes = command({
  type: 'get-attributes',
  summary: 'ask for its make, model, versions and abilities',
  messages: [attributesQuery],
  answers: [attributesResponse],
  params: object({}),
  encode: () => ({ message: attributesQuery }),
});

const ACTIONS = {
  upgrade: 1,
  connect: 2,
  'power-off': 3,
  reset: 4,
  'factory-reset': 5,
  'close-link': 6,
  'close-radio': 7,
} as const;

const part = (about: string) => optional(text(0, 255, about), '');
const port = (about: string) => optional(int(0, 0xffff, about), 0);

/** How the terminal reaches a server, in the order of the table (2013 §8.13 table 18, 2019 §8.16 table 16). */
const DIAL_UP = {
  apn: part('access point'),
  user: part('of the dial-up'),
  password: part('of the dial-up'),
  address: part('IP address or name'),
  tcpPort: port('TCP port'),
  udpPort: port('UDP port'),
};

const upgradeParams = object({
  url: text(1, 255, 'where the package is'),
  ...DIAL_UP,
  manufacturer: part('maker of the terminal'),
  hardware: part('hardware version'),
  firmware: part('firmware version'),
  timeLimit: optional(int(0, 0xffff, 'minutes to stay connected there; 0 for no limit'), 0),
});

const connectParams = object({
  back: optional(flag('go back to the usual server; the rest is then empty'), false),
  authCode: part('authentication code of that platform'),
  ...DIAL_UP,
  timeLimit: optional(int(0, 0xffff, 'minutes to stay there; 0 for no limit'), 0),
});

const NUMBER_FORMS = { text: 'decimal', binary: 'binary' } as const;

/**
 * Terminal control. The table gives the numbers among its parameters as WORD and BYTE; most terminals read decimal
 * digits there, some the bytes: a quirk of those, or the caller says so.
 */
export const controlTerminal = command({
  type: 'terminal-control',
  summary: 'upgrade by wireless, connect elsewhere, reset, power off, close the link',
  messages: [terminalControl],
  params: where(
    object({
      action: choice(ACTIONS, '2019 keeps connect, reset and factory-reset'),
      upgrade: optional(upgradeParams),
      connect: optional(connectParams),
      numbers: optional(
        choice(
          NUMBER_FORMS,
          'how numbers among the parameters are written; where absent, as its quirks say, or else text',
        ),
      ),
    }),
    ({ action, upgrade, connect }) => {
      for (const [name, given] of Object.entries({ upgrade, connect })) {
        if (action === name && given === undefined) return { path: name, message: 'is missing' };
        if (action !== name && given !== undefined) return { path: name, message: `must not be there with ${action}` };
      }
      return null;
    },
  ),
  encode({ action, upgrade, connect, numbers }, _, { binaryControlNumbers }) {
    const binary = numbers === undefined ? binaryControlNumbers : numbers === 'binary';
    const values = upgrade ? upgradeValues(upgrade) : connect ? connectValues(connect) : [];
    const pieces = values.flatMap((value, i) => [...(i > 0 ? [SEMICOLON] : []), pieceOf(value, binary)]);
    return { message: terminalControl, body: Buffer.concat([Buffer.of(ACTIONS[action]), ...pieces]) };
  },
});

const SEMICOLON = Buffer.from(';');

/** A number with its width in bytes, for terminals that want it binary. */
type Value = string | { number: number; bytes: 1 | 2 };

const word = (number: number): Value => ({ number, bytes: 2 });

function upgradeValues(p: NonNullable<ReturnType<typeof upgradeParams.read>>): Value[] {
  const { url, apn, user, password, address, manufacturer, hardware, firmware } = p;
  const dialUp = [apn, user, password, address, word(p.tcpPort), word(p.udpPort)];
  return [url, ...dialUp, manufacturer, hardware, firmware, word(p.timeLimit)];
}

function connectValues(p: NonNullable<ReturnType<typeof connectParams.read>>): Value[] {
  const control: Value = { number: p.back ? 1 : 0, bytes: 1 };
  if (p.back) return [control];
  const { authCode, apn, user, password, address } = p;
  return [control, authCode, apn, user, password, address, word(p.tcpPort), word(p.udpPort), word(p.timeLimit)];
}

function pieceOf(value: Value, binary: boolean): Buffer {
  if (typeof value === 'string') return encodeText(value);
  if (!binary) return Buffer.from(String(value.number));
  const bytes = Buffer.alloc(value.bytes);
  bytes.writeUIntBE(value.number, 0, value.bytes);
  return bytes;
}

/** What can be upgraded; 苏标 adds the last four. */
const DEVICES = {
  terminal: 0,
  'ic-card-reader': 12,
  beidou: 52,
  adas: 0x64,
  dsm: 0x65,
  tpms: 0x66,
  bsd: 0x67,
} as const;
/** A package goes out as one split message: what a JSON body can carry of it. */
const MAX_PACKAGE_BYTES = 512 * 1024;

/** Send an upgrade package; the result comes when it has been put in place. */
export const sendUpgrade = command({
  type: 'upgrade',
  summary: 'send an upgrade package; large ones go by terminal-control',
  messages: [upgradePackage],
  answers: [upgradeResult],
  answerWithinS: 3600,
  params: object({
    device: choice(DEVICES),
    manufacturer: optional(text(0, 5, 'maker of the terminal'), ''),
    version: text(1, 255),
    data: base64(1, MAX_PACKAGE_BYTES, 'the package, at most 512 KiB'),
  }),
  encode: ({ device, manufacturer, version, data }) => ({
    message: upgradePackage,
    fields: {
      upgradeType: DEVICES[device],
      manufacturer,
      version,
      dataHex: Buffer.from(data, 'base64').toString('hex'),
    },
  }),
  judge: byResult({
    1: 'failed',
    2: 'cancelled',
    16: 'no-such-device',
    17: 'hardware-not-supported',
    18: 'same-version',
    19: 'version-not-supported',
  }),
});
