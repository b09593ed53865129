import type { MediaFormat, MediaType } from '../../model/medium.js';
import type { Fields } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';
import { decodeText, stripPadding } from '../common/text.js';
import { Reader } from '../common/wire.js';
import { AttachmentStream } from './attachment-stream.js';
import { encodeBody, framesOf } from './encode.js';
import { Header, readHeader } from './header.js';
import type { Message } from './message.js';
import {
  attachmentFileDone,
  attachmentFileInfo,
  attachmentFileResponse,
  attachmentsInfo,
} from './messages/attachments.js';
import {
  platformGeneralResponse,
  RESULT_FAILED,
  RESULT_MALFORMED,
  RESULT_NOT_SUPPORTED,
  RESULT_OK,
} from './messages/general-response.js';
import { heartbeat } from './messages/heartbeat.js';

/** A file as the terminal announces it. `name` is for people, and for telling its files apart; it is no path. */
export interface AnnouncedFile {
  name: string;
  type: MediaType;
  format: MediaFormat;
  channel: number | null;
  bytes: number;
}

export interface MissingRange {
  offset: number;
  length: number;
}

/**
 * What the attachment port hears, in order. Whoever handles an event answers it before looking at the next.
 * `answer` gives the bytes that go back.
 */
export type AttachmentEvent =
  | { type: 'alarm'; alert: string; key: string; answer(taken: boolean): Buffer }
  | { type: 'begin'; file: AnnouncedFile; answer(taken: boolean): Buffer }
  | { type: 'data'; name: string; offset: number; bytes: Buffer }
  | { type: 'end'; file: AnnouncedFile; answer(missing: readonly MissingRange[]): Buffer }
  | { type: 'reply'; bytes: Buffer }
  | { type: 'broken'; detail: string };

const TYPES: readonly MediaType[] = ['image', 'audio', 'video', 'text', 'other'];
const FORMATS: Readonly<Record<string, MediaFormat>> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
  tif: 'tiff',
  mp3: 'mp3',
  wav: 'wav',
  wmv: 'wmv',
  mp4: 'mp4',
  txt: 'text',
};
/** 0x9212 has a BYTE for their number. */
const MISSING_AT_ONCE = 255;
const RESULT_AGAIN = 1;

/**
 * The connection of a terminal to the attachment port (T/JSATL 12-2017 §4.6): 0x1210 says which alarm, then for each file
 * 0x1211, blocks, and 0x1212, which is answered by 0x9212 with what is missing.
 */
export class AttachmentConversation {
  readonly #stream: AttachmentStream;
  #events: AttachmentEvent[] = [];
  #seq = 0;

  constructor() {
    this.#stream = new AttachmentStream({
      frame: (bytes, start, end) => this.#frame(bytes, start, end),
      piece: (name, offset, bytes) => this.#events.push({ type: 'data', name: nameOf(name), offset, bytes }),
      broken: (detail) => this.#events.push({ type: 'broken', detail }),
    });
  }

  /** What the bytes say. `data` borrows from `bytes`. */
  receive(bytes: Buffer): AttachmentEvent[] {
    this.#events = [];
    this.#stream.push(bytes);
    return this.#events;
  }

  #frame(bytes: Buffer, start: number, end: number): void {
    const h = new Header();
    if (readHeader(bytes, start, end, null, h) !== null || h.edition === 'vendor') {
      this.#events.push({ type: 'broken', detail: 'a frame whose header does not fit' });
      return;
    }
    const back = this.#wayBack(h.edition, Buffer.from(bytes.subarray(h.numberStart, h.numberEnd)), h);
    const fields: Fields = {};
    const message = MESSAGES.get(h.messageId);
    if (message === undefined) {
      const result = h.messageId === heartbeat.id ? RESULT_OK : RESULT_NOT_SUPPORTED;
      this.#events.push({ type: 'reply', bytes: back.acknowledge(result) });
      return;
    }
    const r = new Reader(bytes, h.bodyStart, h.bodyEnd, h.edition);
    message.body.read(r, fields);
    if (r.failure !== null) {
      this.#events.push({ type: 'reply', bytes: back.acknowledge(RESULT_MALFORMED) });
      return;
    }
    const answer = (taken: boolean) => back.acknowledge(taken ? RESULT_OK : RESULT_FAILED);
    if (message === attachmentsInfo) {
      const { alarmNumber, alarmKey } = fields;
      this.#events.push({ type: 'alarm', alert: alarmNumber as string, key: alarmKey as string, answer });
      return;
    }
    const file = fileOf(fields);
    if (message === attachmentFileInfo) this.#events.push({ type: 'begin', file, answer });
    else this.#events.push({ type: 'end', file, answer: (missing) => back.verdict(fields, missing) });
  }

  #wayBack(edition: Edition, number: Buffer, { seq: replySeq, messageId: replyId, protocolVersion }: Header) {
    const send = (message: Message, fields: Fields): Buffer => {
      const body = encodeBody(message.id, fields, edition);
      const seq = this.#seq;
      const frames = framesOf({ messageId: message.id, edition, number, seq, protocolVersion }, body);
      this.#seq = (seq + frames.length) & 0xffff;
      return Buffer.concat(frames);
    };
    return {
      acknowledge: (result: number) => send(platformGeneralResponse, { replySeq, replyId, result }),
      verdict: ({ name, nameHex, fileType }: Fields, missing: readonly MissingRange[]) =>
        send(attachmentFileResponse, {
          ...{ name, nameHex, fileType, result: missing.length === 0 ? RESULT_OK : RESULT_AGAIN },
          missing: missing.slice(0, MISSING_AT_ONCE),
        }),
    };
  }
}

const MESSAGES: ReadonlyMap<number, Message> = new Map(
  [attachmentsInfo, attachmentFileInfo, attachmentFileDone].map((message) => [message.id, message]),
);

function nameOf(bytes: Buffer): string {
  return stripPadding(decodeText(bytes), true);
}

/** Name: type_channel_alarm type_sequence_alarm number.ending; the ending and the channel are all that is believed of it. */
function fileOf({ name, fileType, fileBytes }: Fields): AnnouncedFile {
  const text = (name as string).trim();
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(text)?.[1].toLowerCase() ?? '';
  const channel = /^[^_]*_([0-9]{1,3})_/.exec(text)?.[1];
  return {
    name: text,
    type: TYPES[fileType as number] ?? 'other',
    format: FORMATS[ending] ?? 'binary',
    channel: channel === undefined ? null : Number(channel),
    bytes: fileBytes as number,
  };
}
