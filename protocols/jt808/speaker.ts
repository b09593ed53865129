import type { Edition } from '../common/edition.js';
import { ALARM_MASKS } from './alarm-bits.js';
import { type Habits, STANDARD } from './habits.js';
import type { Header } from './header.js';
import { type Heard, HeardTerminals } from './heard.js';
import { habitsOf } from './quirks/index.js';
import { SINCE_2013 } from './supported.js';
import { terminalNumber } from './terminal-number.js';

/** Whose frame is in hand, and in which form it speaks and is answered: kept as long as frames are alike. */
export class Speaker implements Heard {
  /** Without leading zeros; '' before the first frame. */
  number = '';
  /** As it came. */
  numberBytes: Buffer = Buffer.alloc(0);
  /** What is known beyond the header: 2011 or 2013. */
  edition: Edition | null = null;
  form: Edition = '2013';
  protocolVersion = 1;
  alarmMask = ALARM_MASKS[2013];
  habits: Habits = STANDARD;
  readonly #others = new HeardTerminals();

  constructor(private readonly quirksOf: (terminalNumber: string) => readonly string[]) {}

  /** The terminal in a header. The number is made into text only when it changes. True where answers have a new form. */
  recognise(bytes: Buffer, h: Header): boolean {
    const same = this.#isThis(bytes, h);
    if (!same) this.#change(bytes, h);
    const { edition } = this.habits;
    if (edition !== null && h.edition !== 'vendor' && (edition === '2019') === (h.edition === '2019')) {
      this.edition = h.edition = edition;
    }
    if (h.edition === '2011' && SINCE_2013.has(h.messageId)) this.edition = h.edition = '2013';
    const form = h.edition === 'vendor' ? '2013' : h.edition;
    const version = h.edition === '2019' ? h.protocolVersion : this.protocolVersion;
    if (same && form === this.form && version === this.protocolVersion) return false;
    this.form = form;
    this.protocolVersion = version;
    this.alarmMask = ALARM_MASKS[form];
    return true;
  }

  /** How a terminal of this link was heard last; undefined where it was not. */
  heard(terminal: string): Heard | undefined {
    return terminal === this.number ? this : this.#others.get(terminal);
  }

  habitsOf(number: string): Habits {
    return habitsOf(this.quirksOf(number));
  }

  /** Its quirks may be others now. */
  refreshHabits(): void {
    if (this.number !== '') this.habits = this.habitsOf(this.number);
  }

  #isThis(bytes: Buffer, h: Header): boolean {
    const known = this.numberBytes;
    const length = h.numberEnd - h.numberStart;
    let same = known.length === length;
    for (let i = 0; same && i < length; i++) same = known[i] === bytes[h.numberStart + i];
    return same;
  }

  /** Another terminal speaks; the one before it may go on later. */
  #change(bytes: Buffer, h: Header): void {
    const { numberBytes, edition, form, protocolVersion, habits } = this;
    if (this.number !== '') this.#others.put(this.number, { numberBytes, edition, form, protocolVersion, habits });
    this.numberBytes = Buffer.from(bytes.subarray(h.numberStart, h.numberEnd));
    this.number = terminalNumber(this.numberBytes.toString('hex'));
    this.edition = this.#others.get(this.number)?.edition ?? null;
    this.#others.delete(this.number);
    this.habits = this.habitsOf(this.number);
    // The header was read as one of the terminal before.
    if (h.edition === '2011' || h.edition === '2013') h.edition = this.edition === '2011' ? '2011' : '2013';
  }
}
