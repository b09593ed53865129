import type { MediumFacts, MediumHead } from '../model/medium.js';
import type { SourceName } from '../model/source.js';
import type { MediaPart, MediaPeer } from '../protocols/media.js';
import { type FilePart, PartFile } from '../store/part-file.js';

/** Whose medium it is, and which: kept with its parts, so that it can be taken up again after a restart. */
export interface MediumOpening {
  id: string;
  vehicleNo: number;
  vehicleId: string;
  source: SourceName;
  terminal: string;
  total: number;
  firstSerial: number;
  /** Epoch ms. */
  startedTime: number;
}

/** A part on its way to the disk. */
interface Pending {
  part: FilePart;
  written: () => void;
}

const JPEG_END = 0xffd9;

/** What a medium costs in memory besides its parts: itself, the table of parts, two marks for each. */
export function tableBytes(total: number): number {
  return 2048 + total * 5;
}

/** A medium of which not every part is on disk. */
export class OpenMedium {
  head: MediumHead | null = null;
  peer: MediaPeer | null = null;
  /** Parts here, on disk or on the way to it, and their bytes. */
  have = 0;
  bytes = 0;
  /** Some terminals give every part the same number: then terminal and total must do. */
  looseSerials = false;
  lastSerial = NaN;
  /** When the newest part came, and when the first, monotonic ms; how often missing ones were asked for since. */
  quietSince: number;
  readonly since: number;
  asked = 0;
  /** No more parts are taken: it is being made into a file, or will be when the write under way has ended. */
  finishing = false;
  flushing = false;
  making = false;
  /** The disk refused: not before this is it asked again, monotonic ms. */
  retryAt = 0;
  pending: Pending[] = [];
  /** The last part but one ends as a JPEG does. */
  #ended = false;
  readonly #here: Uint8Array;

  constructor(
    readonly opening: MediumOpening,
    readonly file: PartFile,
    now: number,
  ) {
    this.#here = new Uint8Array(opening.total + 1);
    this.since = now;
    this.quietSince = now;
  }

  static begin(opening: MediumOpening, path: string, now: number): OpenMedium {
    const { file, first } = PartFile.begin(path, opening.total, opening);
    const medium = new OpenMedium(opening, file, now);
    medium.pending.push({ part: first, written: () => {} });
    return medium;
  }

  /** As it was before a restart; the terminal has yet to come back. */
  static recovered(opening: MediumOpening, file: PartFile, head: MediumHead | null, now: number): OpenMedium {
    const medium = new OpenMedium(opening, file, now);
    medium.head = head;
    medium.bytes = file.size;
    for (let index = 1; index <= opening.total; index++) {
      if (!file.has(index)) continue;
      medium.#here[index] = 1;
      medium.have++;
    }
    return medium;
  }

  get complete(): boolean {
    return this.have === this.opening.total;
  }

  /** Every part is here but the last, and the picture is over: some terminals announce one part too many (sheet §18, 16). */
  get isMiscounted(): boolean {
    const { total } = this.opening;
    return this.#ended && this.have === total - 1 && !this.has(total);
  }

  has(index: number): boolean {
    return this.#here[index] === 1;
  }

  /** Takes a part that is not here yet; `data` is copied. */
  add(part: MediaPart, peer: MediaPeer, now: number): void {
    this.#here[part.index] = 1;
    this.have++;
    this.bytes += part.data.length;
    this.lastSerial = part.serial;
    this.quietSince = now;
    this.asked = 0;
    this.peer = peer;
    if (part.head !== null) {
      this.head = part.head;
      this.pending.push({ part: PartFile.note(part.head), written: () => {} });
    }
    const bytes = Buffer.from(part.data);
    if (part.index === part.total - 1)
      this.#ended = bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === JPEG_END;
    this.pending.push({ part: { index: part.index, bytes }, written: () => peer.written() });
  }

  /** The disk refused these parts: as if they had never come. */
  forget(parts: readonly FilePart[]): void {
    for (const { index, bytes } of parts) {
      if (index < 1 || index > this.opening.total) continue;
      this.#here[index] = 0;
      this.have--;
      this.bytes -= bytes.length;
    }
  }

  /** Indexes of parts that have not come, at most `most`. */
  missing(most: number): number[] {
    const missing: number[] = [];
    for (let index = 1; index <= this.opening.total && missing.length < most; index++) {
      if (!this.has(index)) missing.push(index);
    }
    return missing;
  }

  facts(bytes: number): MediumFacts {
    const { head } = this;
    const complete = this.complete || this.isMiscounted;
    return {
      mediaId: head?.mediaId ?? null,
      type: head?.type ?? 'other',
      format: head?.format ?? 'binary',
      event: head?.event ?? null,
      channel: head?.channel ?? null,
      place: head?.place ?? null,
      bytes,
      complete,
      parts: complete ? this.have : this.opening.total,
      missing: complete ? 0 : this.opening.total - this.have,
    };
  }
}
