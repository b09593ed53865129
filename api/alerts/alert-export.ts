import type { Alert } from '../../model/alert.js';
import type { Answer } from '../http/endpoint.js';
import { Slots } from '../http/slots.js';
import { streamed } from '../http/streamed.js';
import { savedAs } from '../output/table.js';
import { ALERT_FILES, type AlertFormat, alertFile } from './alert-files.js';

/** Answers alerts as files, of any length, a page at a time at the reader's pace. */
export class AlertExports {
  readonly #slots = Slots.few();

  /**
   * `begun`: without the beginning of the file, which the reader has. Rejects where the first page cannot be had; where a later one
   * cannot, the answer is broken off.
   */
  answer(format: AlertFormat, pages: AsyncIterable<readonly Alert[]>, begun: boolean): Promise<Answer> {
    const file = ALERT_FILES[format]();
    const headers: [string, string][] = [['Content-Type', file.contentType], savedAs(`alerts.${file.extension}`)];
    return streamed(this.#slots, headers, pages, (all) => alertFile(file, all, begun));
  }
}
