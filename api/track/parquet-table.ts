import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

export interface ParquetColumn<Row> {
  name: string;
  type: BasicType;
  /** A Date for TIMESTAMP; null where it is not known. */
  value: (row: Row) => ParquetValue;
}

type ParquetValue = string | number | boolean | Date | null;

/** Rows of one row group; what is held until it is full. */
const GROUP_ROWS = 50_000;

/** A Parquet file as it grows: bytes come out with every full row group, and nothing is held but the one that is not. */
export class ParquetTable<Row> {
  readonly #columns: readonly ParquetColumn<Row>[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  /** Values of the row group that is not full yet, by column: rows themselves are not kept. */
  #values: ParquetValue[][];
  #count = 0;

  constructor(columns: readonly ParquetColumn<Row>[]) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
    const schema = schemaFromColumnData({
      columnData: columns.map(({ name, type }) => ({ name, type, data: [], nullable: true })),
    });
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'cheji' });
  }

  /** The bytes that this completes; often none. */
  add(rows: Iterable<Row>): Uint8Array {
    for (const row of rows) {
      for (const [i, { value }] of this.#columns.entries()) this.#values[i].push(value(row));
      if (++this.#count === GROUP_ROWS) this.#writeGroup();
    }
    return this.#taken();
  }

  /** What is left, and the directory of the file. */
  async finish(): Promise<Uint8Array> {
    if (this.#count > 0) this.#writeGroup();
    await this.#writer.finish();
    return this.#taken();
  }

  #writeGroup(): void {
    const columnData = this.#columns.map(({ name, type }, i) => ({ name, type, data: this.#values[i] }));
    // The writer has no flush of its own, so this is done when it returns.
    void this.#writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    this.#values = this.#columns.map(() => []);
    this.#count = 0;
  }

  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}
