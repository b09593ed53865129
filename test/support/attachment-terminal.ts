import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectTerminal, listenForFrames } from '../../bench/support/frame-socket.js';
import { Reader } from '../../protocols/common/wire.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { attachmentFileResponse } from '../../protocols/jt808/messages/attachments.js';

export interface FileVerdict {
  name: string;
  result: number;
  missing: { offset: number; length: number }[];
}

/** A terminal on the attachment port, as well behaved as a test wants it. */
export class AttachmentTerminal {
  /** Results of general responses, and verdicts on files, as they came. */
  readonly results: number[] = [];
  readonly verdicts: FileVerdict[] = [];
  closed = false;
  #seq = 0;

  private constructor(
    readonly socket: Socket,
    readonly phone: string,
  ) {
    listenForFrames(socket, {
      heard: (h, bytes) => {
        if (h.messageId === 0x8001) this.results.push(bytes[h.bodyStart + 4]);
        else if (h.messageId === attachmentFileResponse.id) {
          const fields: Record<string, unknown> = {};
          attachmentFileResponse.body.read(new Reader(bytes, h.bodyStart, h.bodyEnd, '2013'), fields);
          this.verdicts.push(fields as unknown as FileVerdict);
        }
        socket.emit('heard');
      },
      closed: () => {
        this.closed = true;
        socket.emit('heard');
      },
    });
  }

  static async open(port: number, phone = '13800000001'): Promise<AttachmentTerminal> {
    return new AttachmentTerminal(await connectTerminal(port), phone);
  }

  frame(msgId: number, fields: Record<string, unknown>): Buffer {
    return encodeFrame({ msgId, edition: '2013', phone: this.phone, seq: this.#seq++, fields });
  }

  /** Sends, and waits for the next answer of either kind; null where the connection ended. */
  async ask(msgId: number, fields: Record<string, unknown>): Promise<number | FileVerdict | null> {
    const [results, verdicts] = [this.results.length, this.verdicts.length];
    this.socket.write(this.frame(msgId, fields));
    while (!this.closed) {
      if (this.results.length > results) return this.results[results];
      if (this.verdicts.length > verdicts) return this.verdicts[verdicts];
      await once(this.socket, 'heard');
    }
    return null;
  }

  announce(alert: string, alarmKey: string, files: { name: string; fileBytes: number }[]) {
    return this.ask(0x1210, { terminalId: '0000001', alarmKey, alarmNumber: alert, infoType: 0, files });
  }

  begin(name: string, fileBytes: number, fileType = 0) {
    return this.ask(0x1211, { name, fileType, fileBytes });
  }

  end(name: string, fileBytes: number, fileType = 0) {
    return this.ask(0x1212, { name, fileType, fileBytes }) as Promise<FileVerdict | null>;
  }

  block(name: string, offset: number, data: Buffer): this {
    this.socket.write(blockOf(name, offset, data));
    return this;
  }
}

/** A block of a file as it goes over the wire. */
export function blockOf(name: string, offset: number, data: Buffer, length = data.length): Buffer {
  const head = Buffer.alloc(62);
  head.writeUInt32BE(0x30316364, 0);
  head.write(name.slice(0, 50), 4, 'latin1');
  head.writeUInt32BE(offset, 54);
  head.writeUInt32BE(length, 58);
  return Buffer.concat([head, data]);
}
