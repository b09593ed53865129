import type { Edition } from '../../protocols/common/edition.js';
import { Reader } from '../../protocols/common/wire.js';
import { MESSAGES_BY_ID } from '../../protocols/jt808/messages/index.js';
import { parameter } from '../../protocols/jt808/messages/parameters-table.js';
import type { PlatformMessage } from './terminal-link.js';
import { type Content, GENERAL_RESPONSE, hexId, locations, type TerminalFix } from './terminal-messages.js';

const SUCCEEDED = 0;
const FAILED = 1;
const MALFORMED = 2;
const NOT_SUPPORTED = 3;
const STATUS_LOCKED = 1 << 12;
/** ACC on, positioned. */
const STATUS_DRIVING = 0b11;

/** What a simulated vehicle carries out by saying so: it has a display and a telephone, and remembers areas. */
const OBEYED: ReadonlySet<number> = new Set([
  0x8202, 0x8203, 0x8204, 0x8300, 0x8400, 0x8401, 0x8600, 0x8601, 0x8602, 0x8603, 0x8604, 0x8605, 0x8606, 0x8607,
]);

type Fields = Record<string, unknown>;
type Parameter = { id: string; value: unknown };

/** The other end of commands: what a simulated terminal answers. Cameras and recorders it has none. */
export class CommandAnswers {
  readonly #parameters = new Map<string, unknown>([
    [hexId(0x0001), 30], //  heartbeatIntervalS
    [hexId(0x0029), 10], //  defaultIntervalS
    [hexId(0x0055), 100], // maxSpeedKmh
    [hexId(0x0056), 10], //  overspeedDurationS
  ]);
  #locked = false;

  /** `lastFix`: what it reported last. */
  constructor(
    readonly number: string,
    readonly lastFix: () => TerminalFix | undefined,
  ) {}

  /** What goes back, in order; answers want none themselves. */
  answer({ msgId, seq, body }: PlatformMessage, edition: Edition): Content[] {
    const acknowledge = (result: number): Content => ({
      msgId: GENERAL_RESPONSE,
      fields: { replySeq: seq, replyId: hexId(msgId), result },
    });
    if (OBEYED.has(msgId)) return [acknowledge(SUCCEEDED)];
    const fields: Fields = {};
    const r = new Reader(body, 0, body.length, edition);
    MESSAGES_BY_ID.get(msgId)?.body.read(r, fields);
    if (r.failure !== null) return [acknowledge(MALFORMED)];
    switch (msgId) {
      case 0x8201: {
        const location = this.#location();
        return location ? [{ msgId: 0x0201, fields: { replySeq: seq, ...location } }] : [acknowledge(FAILED)];
      }
      case 0x8500: {
        this.#locked = edition === '2019' ? locksIn2019(fields) : (fields.flag as number) === 1;
        const location = this.#location();
        const moved = location ? [{ msgId: 0x0500, fields: { replySeq: seq, ...location } }] : [];
        return [acknowledge(SUCCEEDED), ...moved];
      }
      case 0x8103:
        for (const { id, value } of fields.params as Parameter[]) this.#parameters.set(id, value);
        return [acknowledge(SUCCEEDED)];
      case 0x8104:
      case 0x8106:
        return [{ msgId: 0x0104, fields: { replySeq: seq, params: this.#known(fields.paramIds as string[]) } }];
      case 0x8107:
        return [{ msgId: 0x0107, fields: this.#attributes() }];
      default:
        return [acknowledge(NOT_SUPPORTED)];
    }
  }

  #known(ids: string[] | undefined): Parameter[] {
    const all = [...this.#parameters].map(([id, value]) => ({ id, value }));
    const wanted = ids?.map(Number).filter((id) => parameter(id) !== undefined);
    return wanted === undefined ? all : all.filter(({ id }) => wanted.includes(Number(id)));
  }

  #location(): Fields | null {
    const fix = this.lastFix();
    if (fix === undefined) return null;
    return { ...locations([fix]).fields, status: STATUS_DRIVING | (this.#locked ? STATUS_LOCKED : 0) };
  }

  #attributes(): Fields {
    const maker = { manufacturer: 'CHEJI', model: 'SIM', terminalId: this.number.slice(-7) };
    const versions = { hardwareVersion: '1', firmwareVersion: '1' };
    return { terminalType: 0, ...maker, iccid: this.number.padStart(20, '0'), ...versions, gnss: 0b11, comm: 0b100000 };
  }
}

/** 0 locks and 1 opens there. */
function locksIn2019({ controls }: Fields): boolean {
  return (controls as { door?: number }[]).some(({ door }) => door === 0);
}
