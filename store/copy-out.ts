import type { Connection, Pool, Submittable } from 'pg';
import { asking } from './ask.js';
import { COPY_HEADER_BYTES, PG_EPOCH_MS } from './copy-rows.js';

/** A thousand fixes and more; a longer answer doubles it. */
const START_BYTES = 256 * 1024;
const TWO_32 = 2 ** 32;

/**
 * The rows of one question as a binary COPY, at a third of what rows as text cost either side. COPY takes no parameters:
 * what goes into `select` must be numbers, or text that was made of numbers.
 * Rejects with DatabaseAwayError where the database cannot be asked now.
 */
export function copyOut(pool: Pool, select: string): Promise<CopiedRows> {
  return asking(pool, async () => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await new Promise<CopiedRows>((resolve, reject) => {
        client.query(new CopyOut(select, (error, rows) => (rows ? resolve(rows) : reject(error))));
      });
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure); // a connection on which something failed is given up
    }
  });
}

/** What `Client.query` of pg takes instead of a query of its own; it calls the handlers. */
class CopyOut implements Submittable {
  #bytes = Buffer.allocUnsafe(START_BYTES);
  #at = 0;
  #count = 0;

  constructor(
    readonly select: string,
    /** Under the name at which pg looks, to stop the clock of its query timeout. */
    public callback: (error: Error | null, rows?: CopiedRows) => void,
  ) {}

  submit(connection: Connection): void {
    connection.query(`copy (${this.select}) to stdout (format binary)`);
  }

  /** The bytes belong to the connection, which uses them again. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const end = this.#at + chunk.length;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, end));
      this.#bytes.copy(grown, 0, 0, this.#at);
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#at);
    this.#at = end;
  }

  /** `text`: "COPY", and how many rows. */
  handleCommandComplete({ text }: { text: string }): void {
    this.#count = Number(text.slice('COPY '.length));
  }

  handleReadyForQuery(): void {
    this.callback(null, new CopiedRows(this.#bytes.subarray(0, this.#at), this.#count));
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}

/**
 * Rows of a binary COPY, read field by field in the order of their columns. What is NULL is NaN, or null where it is bytes.
 * PostgreSQL manual, COPY, "Binary Format": every field has its length before it, -1 for NULL.
 */
export class CopiedRows {
  readonly #view: DataView;
  #at = COPY_HEADER_BYTES;

  constructor(
    readonly bytes: Uint8Array,
    readonly count: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Back to before the first row. */
  rewind(): void {
    this.#at = COPY_HEADER_BYTES;
  }

  /** On to the first field of the next row; there must be one. */
  row(): void {
    this.#at += 2; // how many fields it has
  }

  /** Passes over as many fields. */
  skip(fields: number): void {
    for (let i = 0; i < fields; i++) this.#at += 4 + Math.max(0, this.#view.getInt32(this.#at));
  }

  /** timestamptz: microseconds since PG_EPOCH_MS. */
  micros(): number {
    const at = this.#field(8);
    return at < 0 ? NaN : this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4);
  }

  /** timestamptz: epoch ms. */
  time(): number {
    return msOf(this.micros());
  }

  double(): number {
    const at = this.#field(8);
    return at < 0 ? NaN : this.#view.getFloat64(at);
  }

  /** real: of single precision. */
  real(): number {
    const at = this.#field(4);
    return at < 0 ? NaN : this.#view.getFloat32(at);
  }

  int(): number {
    const at = this.#field(4);
    return at < 0 ? NaN : this.#view.getInt32(at);
  }

  short(): number {
    const at = this.#field(2);
    return at < 0 ? NaN : this.#view.getInt16(at);
  }

  /** bytea: in place, not a copy. */
  bytea(): Uint8Array | null {
    const length = this.#view.getInt32(this.#at);
    const at = this.#field(length);
    return at < 0 ? null : this.bytes.subarray(at, at + length);
  }

  /** Where the next field, of so many bytes, begins; -1 where it is NULL. */
  #field(bytes: number): number {
    const at = this.#at + 4;
    if (this.#view.getInt32(this.#at) < 0) {
      this.#at = at;
      return -1;
    }
    this.#at = at + bytes;
    return at;
  }
}

/** Microseconds as `CopiedRows.micros` tells them to epoch ms. */
export function msOf(micros: number): number {
  return Math.round(micros / 1000) + PG_EPOCH_MS;
}

/** As a literal of SQL: an integer. Throws RangeError where it is none. */
export function integerSql(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer`);
  return String(value);
}

/** As a literal of SQL: a double. Throws RangeError where it is not finite. */
export function numberSql(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no number`);
  return `'${value}'::double precision`;
}

/** As a literal of SQL: the timestamptz at `ms` (epoch). */
export function timeSql(ms: number): string {
  return `'${new Date(ms).toISOString()}'`;
}

/** As a literal of SQL: the timestamptz as `CopiedRows.micros` told it, exactly. */
export function microsSql(micros: number): string {
  const text = new Date(Math.floor(micros / 1000) + PG_EPOCH_MS).toISOString();
  return `'${text.slice(0, -1)}${String(((micros % 1000) + 1000) % 1000).padStart(3, '0')}Z'`;
}
