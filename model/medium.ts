/** Forms of media that terminals send; each has one content type and one file ending (store/media-files.ts). */
export const MEDIA_FORMATS = ['jpeg', 'png', 'tiff', 'mp3', 'wav', 'wmv', 'mp4', 'text', 'binary'] as const;

export type MediaFormat = (typeof MEDIA_FORMATS)[number];

export type MediaType = 'image' | 'audio' | 'video' | 'text' | 'other';

/** What a terminal says of a medium. */
export interface MediumHead {
  /** The terminal's own number of it. */
  mediaId: number;
  type: MediaType;
  format: MediaFormat;
  /** Why it was made, as the protocol numbers it. */
  event: number;
  channel: number;
  /** Where and when it was made; null where the terminal does not say. Degrees WGS-84, km/h. */
  place: { time: string | null; lon: number | null; lat: number | null; speed: number | null } | null;
}

/** Content of an upload of kind `media` or `attachment`: its id is that of the file. */
export interface MediumFacts {
  /** As far as the terminal said so: null where the part that says it never came. */
  mediaId: number | null;
  type: MediaType;
  format: MediaFormat;
  event: number | null;
  channel: number | null;
  place: MediumHead['place'];
  bytes: number;
  /** False where parts never came: the file then holds the others, one after the other. */
  complete: boolean;
  /** How many parts there were to be, and how many never came. */
  parts: number;
  missing: number;
  /** Of an attachment: the alert that it belongs to, its key as the terminal gave it, and the terminal's name of the file. */
  alertId?: string;
  alarmKey?: string;
  name?: string;
}
