import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Edition } from '../../protocols/common/edition.js';
import { Reader } from '../../protocols/common/wire.js';
import { encodeBody, encodeFrame, encodeFrames } from '../../protocols/jt808/encode.js';
import type { Header } from '../../protocols/jt808/header.js';
import { mediaDataResponse } from '../../protocols/jt808/messages/media.js';
import { platformResendRequest } from '../../protocols/jt808/messages/resend-parts.js';
import { connectTerminal, listenForFrames } from './frame-socket.js';

export interface Medium {
  mediaId: number;
  /** Of the picture itself. */
  data: Buffer;
  /** RFC 3339; without it no location stands before the data. */
  time?: string;
  /** Asked for every packet in both directions: true where the network loses it. */
  lost?: (packet: number) => boolean;
}

/** What the platform has asked for, or null where it has the whole. */
type Word = { missing: number[] | null; about: number | null };

const AGAIN_MS = 8_000;

/** A terminal that logs in and sends pictures, over a network that loses packets. */
export class MediaTerminal {
  readonly acknowledged = new Set<number>();
  seq = 1;
  #words: Word[] = [];
  #wake = () => {};
  closed = false;

  private constructor(
    readonly socket: Socket,
    readonly number: string,
    readonly edition: Edition,
  ) {
    const closed = () => {
      this.closed = true;
      this.#wake();
    };
    listenForFrames(socket, { heard: (header, bytes) => this.#hear(header, bytes), closed }, edition);
  }

  static async logIn(
    port: number,
    number: string,
    authCode: string,
    edition: Edition = '2013',
  ): Promise<MediaTerminal> {
    const socket = await connectTerminal(port);
    const terminal = new MediaTerminal(socket, number, edition);
    const imei = edition === '2019' ? { imei: '0', softwareVersion: '1' } : {};
    socket.write(encodeFrame({ msgId: 0x0102, edition, phone: number, seq: 0, fields: { authCode, ...imei } }));
    while (!terminal.acknowledged.has(0)) await once(socket, 'data');
    return terminal;
  }

  /** The frames of a medium, as they lie ready to be sent again. */
  frames({ mediaId, data, time }: Medium): Buffer[] {
    const place = { alarm: 0, status: 3, lat: 31.5, lon: 120.3, altitude: 5, speedKmh: 40, direction: 90, time };
    const fields = { mediaId, mediaType: 0, format: 0, event: 1, channel: 2, dataHex: data.toString('hex') };
    const located = time === undefined ? fields : { ...fields, location: place };
    const body = encodeBody(0x0801, located, this.edition);
    const frames = encodeFrames({
      msgId: 0x0801,
      edition: this.edition,
      phone: this.number,
      seq: this.seq,
      fields: {},
      body,
    });
    this.seq = (this.seq + frames.length) & 0xffff;
    return frames;
  }

  /** Sends a medium and what is asked for again, until the platform says that it has it; false where it never does. */
  async upload(medium: Medium, timeoutMs: number): Promise<boolean> {
    const { lost = () => false } = medium;
    const frames = this.frames(medium);
    let packet = 0;
    const send = (indexes: Iterable<number>) => {
      for (const index of indexes) if (!lost(packet++)) this.socket.write(frames[index - 1]);
    };
    send(frames.map((_, i) => i + 1));
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline && !this.closed) {
      const word = await this.#word(Math.min(deadline - performance.now(), AGAIN_MS));
      // Silence: what the platform said may have been lost. The last packet asks for it once more.
      if (word === null && performance.now() < deadline) send([frames.length]);
      if (word === null || lost(packet++)) continue;
      if (word.missing === null && word.about === medium.mediaId) return true;
      if (word.missing !== null) send(word.missing);
    }
    return false;
  }

  /** The next word on a medium; null where none comes in time. */
  async #word(ms: number): Promise<Word | null> {
    if (this.#words.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#words.shift() ?? null;
  }

  #hear(h: Header, bytes: Buffer): void {
    const body = new Reader(bytes, h.bodyStart, h.bodyEnd, this.edition);
    if (h.messageId === 0x8001) {
      if (bytes[h.bodyStart + 4] === 0) this.acknowledged.add(bytes.readUInt16BE(h.bodyStart));
    } else if (h.messageId === mediaDataResponse.id) {
      const fields: Record<string, unknown> = {};
      mediaDataResponse.body.read(body, fields);
      this.#words.push({
        about: fields.mediaId as number,
        missing: (fields.packetIds as number[] | undefined) ?? null,
      });
      this.#wake();
    } else if (h.messageId === platformResendRequest.id) {
      const fields: Record<string, unknown> = {};
      platformResendRequest.body.read(body, fields);
      this.#words.push({ about: null, missing: fields.packetIds as number[] });
      this.#wake();
    }
  }
}

/** Bytes that look like a JPEG from outside, the same for the same seed. */
export function picture(bytes: number, seed: number): Buffer {
  const data = Buffer.alloc(bytes);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  data.writeUInt16BE(0xffd8, 0);
  data.writeUInt16BE(0xffd9, bytes - 2);
  return data;
}
