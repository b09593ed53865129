import type { MediaFormat } from '../../model/medium.js';
import type { Upload, UploadFilter, UploadPlace } from '../../model/upload.js';

/** What terminals reported besides fixes (store/stored-uploads.ts). Rejects with code 'database-away' where it cannot say. */
export interface UploadSource {
  /** At most `limit`, newest first, after `after`; of all vehicles where none is named. */
  list(filter: UploadFilter & { vehicleNo?: number; after?: UploadPlace; limit: number }): Promise<Upload[]>;
  one(id: string): Promise<Upload | undefined>;
}

/** The files of media (store/media-files.ts). */
export interface MediaSource {
  find(id: string): { readonly format: MediaFormat; readonly bytes: number } | undefined;
  /** Bytes `from` up to before `to`. */
  read(id: string, from: number, to: number): AsyncIterable<Uint8Array>;
}
