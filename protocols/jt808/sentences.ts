/**
 * Sentences in brackets that some makers' terminals send between their frames (traccar Jt808ProtocolDecoder):
 * `(794104004140,1,001,BASE,2,TIME)`, whose first member is the terminal.
 */
export const MAX_SENTENCE_BYTES = 256;
const SENTENCE = /^\(\d{6,20},[\x20-\x27\x2a-\x7e]*\)$/;
const ASKS_FOR_TIME = /(,BASE,2,)TIME\)$/;

/** Whether the bytes are one whole sentence. */
export function isSentence(bytes: Buffer): boolean {
  return bytes.length <= MAX_SENTENCE_BYTES && bytes[0] === OPEN && SENTENCE.test(bytes.toString('latin1'));
}

/** What a sentence that asks for the time is answered: itself, with the time in UTC in its place; null for any other one. */
export function timeAnswer(sentence: string, nowMs: number): string | null {
  if (!ASKS_FOR_TIME.test(sentence)) return null;
  const now = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, YYYYMMDDHHMMSS);
  return sentence.replace(ASKS_FOR_TIME, `$1${now})`);
}

export const OPEN = 0x28;
export const CLOSE = 0x29;
const YYYYMMDDHHMMSS = 14;
