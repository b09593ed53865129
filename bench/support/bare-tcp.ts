import { createServer } from 'node:net';

/**
 * The yardstick: a Node TCP server that answers every JT/T 808 frame (2013 header) with a correct 0x8001, and a
 * registration with a 0x8100, and does nothing else. No check code is verified, no field read beyond the header, nothing
 * kept. Run as a process of its own: `bare-tcp.js PORT`.
 */
const DELIMITER = 0x7e;
const ESCAPE = 0x7d;
const HEADER_BYTES = 12;
const REGISTER = 0x0100;
const CODE = Buffer.from('000000');

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer | null = null;
  let serial = 0;
  socket.on('data', (chunk: Buffer) => {
    const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk]);
    const replies: Buffer[] = [];
    let start = bytes.indexOf(DELIMITER);
    while (start >= 0) {
      const end = bytes.indexOf(DELIMITER, start + 1);
      if (end < 0) break;
      if (end - start > HEADER_BYTES) replies.push(answer(bytes, start + 1, end, serial++ & 0xffff));
      start = bytes.indexOf(DELIMITER, end + 1);
    }
    rest = start < 0 ? null : bytes.subarray(start);
    if (replies.length === 1) socket.write(replies[0]);
    else if (replies.length > 1) socket.write(Buffer.concat(replies));
  });
  socket.on('error', () => {});
});
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 }, () => console.log('ready'));

const header = Buffer.alloc(HEADER_BYTES);

function answer(bytes: Buffer, start: number, end: number, serial: number): Buffer {
  let at = start;
  for (let i = 0; i < HEADER_BYTES && at < end; i++) {
    let byte = bytes[at++];
    if (byte === ESCAPE) byte = bytes[at++] === 2 ? DELIMITER : ESCAPE;
    header[i] = byte;
  }
  const isRegister = header.readUInt16BE(0) === REGISTER;
  const body = isRegister ? 3 + CODE.length : 5;
  const plain = Buffer.allocUnsafe(HEADER_BYTES + body + 1);
  plain.writeUInt16BE(isRegister ? 0x8100 : 0x8001, 0);
  plain.writeUInt16BE(body, 2);
  header.copy(plain, 4, 4, 10);
  plain.writeUInt16BE(serial, 10);
  header.copy(plain, 12, 10, 12);
  if (isRegister) {
    plain[14] = 0;
    CODE.copy(plain, 15);
  } else {
    header.copy(plain, 14, 0, 2);
    plain[16] = 0;
  }
  let check = 0;
  let escapes = 0;
  for (let i = 0; i < plain.length - 1; i++) {
    check ^= plain[i];
    if (plain[i] === DELIMITER || plain[i] === ESCAPE) escapes++;
  }
  plain[plain.length - 1] = check;
  if (check === DELIMITER || check === ESCAPE) escapes++;
  const out = Buffer.allocUnsafe(plain.length + escapes + 2);
  let to = 0;
  out[to++] = DELIMITER;
  for (const byte of plain) {
    if (byte === DELIMITER || byte === ESCAPE) {
      out[to++] = ESCAPE;
      out[to++] = byte === DELIMITER ? 2 : 1;
    } else out[to++] = byte;
  }
  out[to] = DELIMITER;
  return out;
}
