import type { MediumFacts } from '../model/medium.js';
import { count, type Tally } from '../model/stats.js';
import type { AnnouncedFile, AttachmentEvent, MissingRange } from '../protocols/jt808/attachment-conversation.js';
import type { MediaFiles } from '../store/media-files.js';
import { AttachmentFile } from './attachment-file.js';
import type { Uploads } from './uploads.js';

/** The alarm that files belong to. */
export interface AttachmentOwner {
  alertId: string;
  /** The key that the alarm came with, as hex. */
  alarmKey: string;
  vehicleNo: number;
  vehicleId: string;
  /** Epoch ms of the alarm. */
  time: number;
}

export interface AttachmentLimits {
  /** Bytes of one file, and files of one connection. */
  fileBytes: number;
  files: number;
  /** Unfinished files of all connections together. */
  incomingBytes: number;
}

export interface AttachmentParts {
  files: MediaFiles;
  uploads: Uploads;
  /** Whose attachments these are; undefined where nobody asked for such. */
  owner(alertId: string, alarmKey: string): AttachmentOwner | undefined;
  whenAccepted(fn: () => void): void;
  /** True while optional traffic has to wait. */
  paused(): boolean;
  /** Epoch ms. */
  clock(): number;
  limits: AttachmentLimits;
  /** Files and refusals, by what became of them. */
  counts: Tally;
  /** Bytes that unfinished files may come to; of all connections. */
  incoming: { bytes: number };
}

/** Ranges asked for at once. */
const MISSING_AT_ONCE = 255;

/** What one connection to the attachment port has to say, event by event. */
export class AttachmentSession {
  #owner: AttachmentOwner | null = null;
  #file: AttachmentFile | null = null;
  #begun = 0;
  /** Names of files that are done: a terminal may say so again. */
  readonly #done = new Set<string>();

  constructor(
    private readonly parts: AttachmentParts,
    private readonly reply: (bytes: Buffer) => void,
  ) {}

  /** True while a terminal that was asked is at work. */
  get welcome(): boolean {
    return this.#owner !== null;
  }

  /** False where the connection is to end. */
  async handle(event: AttachmentEvent): Promise<boolean> {
    switch (event.type) {
      case 'alarm':
        return this.#alarm(event);
      case 'begin':
        return this.#begin(event);
      case 'data':
        return this.#data(event);
      case 'end':
        return this.#end(event);
      case 'reply':
        this.reply(event.bytes);
        return true;
      case 'broken':
        count(this.parts.counts, 'broken');
        return false;
    }
  }

  /** The connection is over: what has come of an unfinished file is kept as it is, and reported. */
  async close(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    try {
      if (file.bytes > 0) await this.#keep(file, false);
    } finally {
      await this.#drop(file);
    }
  }

  async #alarm({ alert, key, answer }: Extract<AttachmentEvent, { type: 'alarm' }>): Promise<boolean> {
    const owner = this.parts.owner(alert, key);
    const taken = owner !== undefined && (this.#owner === null || this.#owner.alertId === owner.alertId);
    if (taken) this.#owner = owner;
    else count(this.parts.counts, 'unasked');
    this.reply(answer(taken));
    return taken;
  }

  async #begin({ file, answer }: Extract<AttachmentEvent, { type: 'begin' }>): Promise<boolean> {
    const { fileBytes, files } = this.parts.limits;
    const { incoming } = this.parts;
    const room = incoming.bytes + file.bytes <= this.parts.limits.incomingBytes && this.#begun < files;
    const fits = file.bytes >= 1 && file.bytes <= fileBytes && file.name !== '' && room;
    if (this.#owner === null || !fits || this.parts.paused()) {
      count(this.parts.counts, this.#owner === null ? 'unasked' : fits ? 'paused' : 'limit');
      this.reply(answer(false));
      return this.#owner !== null;
    }
    // The same file once more goes on with what is here; another one means that this one is given up.
    const { announced } = this.#file ?? {};
    if (announced?.name !== file.name || announced.bytes !== file.bytes) {
      await this.close();
      this.#begun++;
      this.#file = await this.#opened(file);
    }
    this.reply(answer(true));
    return true;
  }

  /** Its room is taken before the disk is asked: others begin files meanwhile. */
  async #opened(file: AnnouncedFile): Promise<AttachmentFile> {
    const { incoming, files } = this.parts;
    incoming.bytes += file.bytes;
    try {
      return await AttachmentFile.begin(files, file);
    } catch (error) {
      incoming.bytes -= file.bytes;
      throw error;
    }
  }

  async #data({ name, offset, bytes }: Extract<AttachmentEvent, { type: 'data' }>): Promise<boolean> {
    if (this.#file?.isNamed(name) && (await this.#file.write(offset, bytes))) return true;
    count(this.parts.counts, 'stray');
    return this.#owner !== null;
  }

  async #end({ file, answer }: Extract<AttachmentEvent, { type: 'end' }>): Promise<boolean> {
    const open = this.#file;
    if (open === null || open.announced.name !== file.name) {
      const missing: MissingRange[] = this.#done.has(file.name) ? [] : [{ offset: 0, length: file.bytes }];
      this.reply(answer(missing));
      return this.#owner !== null;
    }
    const missing = open.missing(MISSING_AT_ONCE);
    if (missing.length === 0) {
      await this.#keep(open, true);
      await new Promise<void>((resolve) => this.parts.whenAccepted(resolve));
      this.#file = null;
      await this.#drop(open);
      this.#done.add(file.name);
    } else {
      count(this.parts.counts, 'again');
    }
    this.reply(answer(missing));
    return true;
  }

  async #drop(file: AttachmentFile): Promise<void> {
    this.parts.incoming.bytes -= file.announced.bytes;
    await file.discard(this.parts.files);
  }

  async #keep(file: AttachmentFile, complete: boolean): Promise<void> {
    const owner = this.#owner;
    if (owner === null) return;
    const { files, uploads, clock, counts } = this.parts;
    const bytes = await file.keep(files);
    const { name, type, format, channel } = file.announced;
    const content: MediumFacts = {
      ...{ mediaId: null, type, format, event: null, channel, place: null },
      ...{ bytes, complete, parts: 1, missing: complete ? 0 : 1 },
      ...{ alertId: owner.alertId, alarmKey: owner.alarmKey, name },
    };
    const { vehicleNo, vehicleId, time } = owner;
    const whose = { id: file.id, vehicleNo, vehicleId, kind: 'attachment', time, source: 'jt808' } as const;
    uploads.record({ ...whose, receivedTime: clock(), content: { ...content } });
    count(counts, complete ? 'complete' : 'incomplete');
  }
}
