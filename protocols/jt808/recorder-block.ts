/**
 * Packets of the driving recorder (GB/T 19056-2012 §A.2.1): 55 7A from the recorder, AA 75 to it · command word BYTE ·
 * length of the data WORD · reserved BYTE · data · exclusive or of all before.
 */
const HEADER_BYTES = 6;
const FROM_RECORDER = 0x557a;
const TO_RECORDER = 0xaa75;

/** What a command word asks for (GB/T 19056-2012 table A.6). */
const NAMES: Readonly<Record<number, string>> = {
  0: 'version',
  1: 'driver',
  2: 'time',
  3: 'mileage',
  4: 'pulse-factor',
  5: 'vehicle',
  6: 'signals',
  7: 'serial-number',
  8: 'speed',
  9: 'positions',
  16: 'accidents',
  17: 'overtime-driving',
  18: 'driver-changes',
  19: 'power-supply',
  20: 'parameter-changes',
  21: 'speed-states',
};

export interface RecorderBlock {
  /** Null for a command word that the standard does not have. */
  name: string | null;
  /** The data without what stands around it; null where the bytes are no packet. */
  dataHex: string | null;
  /** Null where the bytes are no packet. */
  checkOk: boolean | null;
}

/** The packet in the body of 0x0700; what is none is still named by the message's own command word. */
export function readRecorderBlock(command: number, block: Buffer): RecorderBlock {
  const name = NAMES[command] ?? null;
  const none = { name, dataHex: null, checkOk: null };
  if (block.length < HEADER_BYTES + 1) return none;
  const start = block.readUInt16BE(0);
  const end = HEADER_BYTES + block.readUInt16BE(3);
  if ((start !== FROM_RECORDER && start !== TO_RECORDER) || block.length < end + 1) return none;
  let xor = 0;
  for (let i = 0; i < end; i++) xor ^= block[i];
  return { name, dataHex: block.toString('hex', HEADER_BYTES, end), checkOk: xor === block[end] };
}
