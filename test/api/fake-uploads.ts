import type { UploadSource } from '../../api/sources/upload-source.js';
import type { Upload } from '../../model/upload.js';

/** Reports from memory, in the order and by the rules of the database. */
export class FakeUploads implements UploadSource {
  stored: Upload[] = [];

  async list(filter: Parameters<UploadSource['list']>[0]): Promise<Upload[]> {
    const { vehicleNo, kind, from, to, alert, after, limit } = filter;
    return this.stored
      .filter((upload) => vehicleNo === undefined || upload.vehicleNo === vehicleNo)
      .filter((upload) => !kind || kind.includes(upload.kind))
      .filter(({ time }) => (from === undefined || time >= from) && (to === undefined || time < to))
      .filter(({ content }) => alert === undefined || content.alertId === alert)
      .filter(({ time, id }) => !after || time < after.time || (time === after.time && id < after.id))
      .sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  async one(id: string): Promise<Upload | undefined> {
    return this.stored.find((upload) => upload.id === id);
  }
}
