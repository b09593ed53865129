import type { FileHandle } from 'node:fs/promises';
import type { MediumHead } from '../model/medium.js';
import type { SourceName } from '../model/source.js';
import { count, type MediaStats, type Tally } from '../model/stats.js';
import type { Vehicle } from '../model/vehicle.js';
import type { MediaOutcome, MediaPart, MediaPeer } from '../protocols/media.js';
import type { MediaFiles } from '../store/media-files.js';
import { PartFile } from '../store/part-file.js';
import { Lanes } from './lanes.js';
import { MEDIA_LIMITS, type MediaLimits } from './media-limits.js';
import { type MediumOpening, OpenMedium, tableBytes } from './open-medium.js';
import type { Uploads } from './uploads.js';

export interface MediaUploadsOptions {
  files: MediaFiles;
  uploads: Uploads;
  /** The log's: calls back once every record added so far is durable. */
  whenAccepted: (fn: () => void) => void;
  /** True while optional traffic has to wait (reliability sheet §4). */
  paused: () => boolean;
  /** Epoch ms. */
  clock: () => number;
  limits?: Partial<MediaLimits>;
  /** One line for people. */
  log?: (message: string) => void;
}

/** Files open at once: the threads that do the work are four. */
const DISK_LANES = 8;
const TICK_MS = 500;
/** Parts asked for in one message: more do not fit into every form of it. */
const ASKED_AT_ONCE = 250;
const DISK_RETRY_MS = 5_000;
/** Times that a part is asked for which probably does not exist. */
const ASKED_IN_VAIN = 3;
const DONE_KEPT_MS = 5 * 60_000;
const DONE_KEPT = 50_000;

/**
 * Media that terminals send in parts. A part goes to disk as it comes and is then answered; what is missing is asked for;
 * a medium that is whole is told so once its file and the record of it are durable. One that stays in pieces is kept as
 * it is and reported as incomplete. What a crash interrupts is taken up again from the parts on disk.
 */
export class MediaUploads {
  readonly #o: MediaUploadsOptions;
  readonly #limits: MediaLimits;
  /** By source and terminal, oldest first. */
  readonly #open = new Map<string, OpenMedium[]>();
  /** Finished not long ago: their parts may come again. By key, with the media id. */
  readonly #done = new Map<string, { mediaId: number | null; until: number }>();
  readonly #lanes = new Lanes(DISK_LANES);
  readonly #stats = { complete: 0, incomplete: 0, parts: {} as Tally, asked: 0, diskFailures: 0 };
  #openCount = 0;
  #memory = 0;
  #incomingBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  private constructor(options: MediaUploadsOptions) {
    this.#o = options;
    this.#limits = { ...MEDIA_LIMITS, ...options.limits };
  }

  /** Takes up what the last run left unfinished. */
  static async open(options: MediaUploadsOptions): Promise<MediaUploads> {
    const media = new MediaUploads(options);
    for (const path of await options.files.listIncoming('parts')) await media.#recover(path);
    media.#timer = setInterval(() => media.tick(performance.now()), TICK_MS);
    return media;
  }

  stats(): Omit<MediaStats, 'attachments'> {
    const { files } = this.#o;
    const { deletedFiles: deleted, deletedBytes } = files.stats;
    return {
      open: this.#openCount,
      memoryBytes: this.#memory,
      memoryLimitBytes: this.#limits.memoryBytes,
      ...this.#stats,
      parts: { ...this.#stats.parts },
      files: { count: files.count, bytes: files.bytes, deleted, deletedBytes },
    };
  }

  /** A part of a medium of a vehicle that is known. */
  add(part: MediaPart, peer: MediaPeer, vehicle: Vehicle, source: SourceName): MediaOutcome {
    const outcome = this.#add(part, peer, vehicle, source);
    count(this.#stats.parts, typeof outcome === 'string' ? outcome : outcome.reason);
    return outcome;
  }

  /** Asks for what is missing, and gives up what waits too long; `now` is monotonic ms. */
  tick(now: number): void {
    for (const media of this.#open.values()) for (const medium of [...media]) this.#look(medium, now);
    for (const [key, { until }] of this.#done) {
      if (until > now) break;
      this.#done.delete(key);
    }
  }

  /** Stops; unfinished media stay on disk for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#lanes.whenIdle();
  }

  #add(part: MediaPart, peer: MediaPeer, vehicle: Vehicle, source: SourceName): MediaOutcome {
    const { total, index, data } = part;
    const { parts, bytes, memoryBytes, incomingBytes } = this.#limits;
    if (index < 1 || index > total) return { reason: 'bad-package', detail: `part ${index} of ${total}` };
    if (total > parts) return { reason: 'package-limit', detail: `${total} parts, at most ${parts} are taken` };
    const done = this.#done.get(doneKey(source, part));
    const isOther = done !== undefined && part.head !== null && part.head.mediaId !== done.mediaId;
    if (isOther) {
      // A terminal that starts anew counts its serials from the same number: another picture, and not that one again.
      this.#done.delete(doneKey(source, part));
    } else if (done !== undefined) {
      // Our word that it is whole may have been lost; it is given again with the last part.
      if (done.mediaId !== null && index === total) peer.complete(done.mediaId);
      return 'repeated';
    }
    if (this.#closed || this.#o.paused()) return 'busy';
    const now = performance.now();
    let medium = this.#find(part, source);
    if (medium?.has(index) || medium?.finishing) {
      medium.peer = peer;
      return 'repeated';
    }
    const costs = data.length + (medium ? 0 : tableBytes(total));
    if (this.#memory + costs > memoryBytes || this.#incomingBytes + data.length > incomingBytes) return 'busy';
    if (medium && medium.bytes + data.length > bytes) {
      return { reason: 'package-limit', detail: `a medium of more than ${bytes} bytes` };
    }
    medium ??= this.#begin(part, vehicle, source, now);
    if (medium === undefined) return 'busy';
    this.#memory += data.length;
    this.#incomingBytes += data.length;
    medium.add(part, peer, now);
    this.#flush(medium);
    return 'taken';
  }

  /** The medium that a part belongs to (the same rules as for other split messages, protocols/jt808/subpackage.ts). */
  #find(part: MediaPart, source: SourceName): OpenMedium | undefined {
    const { total, index, serial, firstSerial } = part;
    const same = this.#open.get(ownerKey(source, part.terminal))?.filter((m) => m.opening.total === total) ?? [];
    const exact = same.find((m) => m.opening.firstSerial === firstSerial && !m.looseSerials);
    if (exact) return exact;
    const loose = same.find((m) => m.looseSerials || (m.have === 1 && m.lastSerial === serial));
    if (loose === undefined || (loose.has(index) && loose.lastSerial !== serial)) return undefined;
    loose.looseSerials = true;
    return loose;
  }

  #begin(part: MediaPart, vehicle: Vehicle, source: SourceName, now: number): OpenMedium | undefined {
    if (this.#openCount >= this.#limits.uploads) return undefined;
    const { terminal, total, firstSerial } = part;
    const id = this.#o.files.newId();
    const opening: MediumOpening = {
      id,
      ...{ vehicleNo: vehicle.no, vehicleId: vehicle.id, source, terminal, total, firstSerial },
      startedTime: this.#o.clock(),
    };
    const medium = OpenMedium.begin(opening, this.#o.files.incoming(id, 'parts'), now);
    this.#keep(medium);
    // A terminal that begins one after the other and ends none: its oldest is given up.
    const media = this.#open.get(ownerKey(source, terminal)) ?? [];
    const unfinished = media.filter((m) => !m.finishing);
    if (unfinished.length > this.#limits.perTerminal) this.#finish(unfinished[0]);
    return medium;
  }

  #keep(medium: OpenMedium): void {
    const { source, terminal, total } = medium.opening;
    const key = ownerKey(source, terminal);
    const media = this.#open.get(key);
    if (media) media.push(medium);
    else this.#open.set(key, [medium]);
    this.#openCount++;
    this.#memory += tableBytes(total);
  }

  #letGo(medium: OpenMedium): void {
    const { source, terminal, total } = medium.opening;
    const key = ownerKey(source, terminal);
    const rest = (this.#open.get(key) ?? []).filter((m) => m !== medium);
    if (rest.length > 0) this.#open.set(key, rest);
    else this.#open.delete(key);
    this.#openCount--;
    this.#memory -= tableBytes(total);
    this.#incomingBytes -= medium.bytes;
  }

  /** Writes what has come, one write at a time for each medium. */
  #flush(medium: OpenMedium): void {
    if (medium.flushing) return;
    medium.flushing = true;
    void this.#lanes
      .run(() => this.#write(medium))
      .then((failed) => {
        medium.flushing = false;
        if (failed) return; // `#look` tries again
        if (medium.pending.length > 0) this.#flush(medium);
        else if (medium.complete || medium.finishing) this.#makeFile(medium);
      });
  }

  /** True where the disk refused. */
  async #write(medium: OpenMedium): Promise<boolean> {
    const pending = medium.pending.splice(0);
    const parts = pending.map(({ part }) => part);
    let failed = false;
    try {
      await medium.file.append(parts);
    } catch (error) {
      failed = true;
      this.#diskFailed(medium, error);
    }
    let bytes = 0;
    for (const part of parts) if (medium.file.total >= part.index && part.index > 0) bytes += part.bytes.length;
    this.#memory -= bytes;
    if (!failed) {
      for (const { written } of pending) written();
      return false;
    }
    medium.forget(parts);
    this.#incomingBytes -= bytes;
    // Without its opening the file would mean nothing: that, and what the first part said, stay to be written.
    medium.pending.unshift(...pending.filter(({ part }) => part.index < 1 || part.index > medium.file.total));
    return true;
  }

  #look(medium: OpenMedium, now: number): void {
    if (medium.flushing || medium.making || now < medium.retryAt) return;
    if (medium.pending.length > 0) {
      this.#flush(medium);
      return;
    }
    const { askAfterMs, timeoutMs, maxAgeMs } = this.#limits;
    const quiet = now - medium.quietSince;
    const inVain = medium.isMiscounted && medium.asked >= ASKED_IN_VAIN;
    const isOver = medium.complete || medium.finishing || inVain;
    if (isOver || quiet >= timeoutMs || now - medium.since >= maxAgeMs) {
      this.#finish(medium);
    } else if (quiet >= askAfterMs * (medium.asked + 1) && medium.peer !== null && !this.#o.paused()) {
      medium.asked++;
      this.#stats.asked++;
      medium.peer.missing(medium.head?.mediaId ?? null, medium.missing(ASKED_AT_ONCE));
    }
  }

  /** Takes no more parts; where none is written just now, what is here becomes a file. */
  #finish(medium: OpenMedium): void {
    medium.finishing = true;
    if (!medium.flushing && medium.pending.length === 0) this.#makeFile(medium);
  }

  /** Makes a file of the parts that are here, records it, and then says so. Tried again later where the disk refuses. */
  #makeFile(medium: OpenMedium): void {
    if (medium.making) return;
    medium.finishing = true;
    medium.making = true;
    const { opening } = medium;
    if (medium.have === 0) {
      void this.#finished(medium);
      return;
    }
    const make = async () => {
      const format = medium.head?.format ?? 'binary';
      const bytes = await this.#o.files.keep(opening.id, format, (file) => writeParts(medium.file, file));
      const { id, vehicleNo, vehicleId, source } = opening;
      const receivedTime = this.#o.clock();
      const said = Date.parse(medium.head?.place?.time ?? '');
      const time = Number.isNaN(said) ? receivedTime : Math.min(said, receivedTime);
      const kind = 'media';
      const content = { ...medium.facts(bytes) };
      this.#o.uploads.record({ id, vehicleNo, vehicleId, kind, time, receivedTime, source, content });
    };
    void this.#lanes
      .run(make)
      // The log may be slow, and other media must not wait for it: outside the lane.
      .then(() => new Promise<void>((resolve) => this.#o.whenAccepted(resolve)))
      .then(() => this.#finished(medium))
      .catch((error: unknown) => {
        this.#diskFailed(medium, error);
        medium.making = false; // `#look` tries again
      });
  }

  async #finished(medium: OpenMedium): Promise<void> {
    const { opening, head } = medium;
    this.#letGo(medium);
    if (medium.complete || medium.isMiscounted) {
      this.#stats.complete++;
      if (head !== null) medium.peer?.complete(head.mediaId);
      this.#remember(medium);
    } else {
      this.#stats.incomplete++;
      this.#o.log?.(
        `a medium of vehicle ${opening.vehicleId} is incomplete: ${medium.have} of ${opening.total} parts came`,
      );
    }
    // Last: found at a restart, the parts make the same file and the same record once more.
    await medium.file.delete();
  }

  #remember({ opening, head, looseSerials }: OpenMedium): void {
    if (looseSerials) return; // the next one would look like this one come again
    const until = performance.now() + DONE_KEPT_MS;
    const key = doneKey(opening.source, opening);
    this.#done.delete(key); // the oldest stands first
    this.#done.set(key, { mediaId: head?.mediaId ?? null, until });
    if (this.#done.size > DONE_KEPT) this.#done.delete(this.#done.keys().next().value as string);
  }

  async #recover(path: string): Promise<void> {
    const found = await PartFile.recover<MediumOpening, MediumHead>(path);
    if (found === null) {
      await PartFile.begin(path, 0, {}).file.delete();
      return;
    }
    const medium = OpenMedium.recovered(found.opening, found.file, found.note, performance.now());
    this.#incomingBytes += medium.bytes;
    this.#keep(medium);
    if (medium.complete) this.#finish(medium);
  }

  #diskFailed(medium: OpenMedium, error: unknown): void {
    this.#stats.diskFailures++;
    medium.retryAt = performance.now() + DISK_RETRY_MS;
    const what = error instanceof Error ? error.message : String(error);
    this.#o.log?.(`a medium of vehicle ${medium.opening.vehicleId} could not be written: ${what}`);
  }
}

/** Gathers small parts, so that the disk gets few writes. */
async function writeParts(parts: PartFile, file: FileHandle): Promise<void> {
  let gathered: Buffer[] = [];
  let bytes = 0;
  const write = async () => {
    if (bytes > 0) await file.writeFile(Buffer.concat(gathered, bytes));
    gathered = [];
    bytes = 0;
  };
  for await (const part of parts.parts()) {
    gathered.push(part);
    bytes += part.length;
    if (bytes >= 64 * 1024) await write();
  }
  await write();
}

function ownerKey(source: SourceName, terminal: string): string {
  return `${source}:${terminal}`;
}

function doneKey(source: SourceName, of: { terminal: string; firstSerial: number; total: number }): string {
  return `${source}:${of.terminal}:${of.firstSerial}:${of.total}`;
}
