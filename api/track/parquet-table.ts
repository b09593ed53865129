import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

export interface ParquetColumn<Row> {
  name: string;
  type: BasicType;
  /** A Date for TIMESTAMP; null where it is not known. */
  value: (row: Row) => string | number | boolean | Date | null;
}

/** Rows of one row group; what is held until it is full. */
const GROUP_ROWS = 50_000;

/** A Parquet file as it grows: bytes come out with every full row group, and nothing is held but the one that is not. */
export class ParquetTable<Row> {
  readonly #columns: readonly ParquetColumn<Row>[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #rows: Row[] = [];

  constructor(columns: readonly ParquetColumn<Row>[]) {
    this.#columns = columns;
    const schema = schemaFromColumnData({
      columnData: columns.map(({ name, type }) => ({ name, type, data: [], nullable: true })),
    });
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'cheji' });
  }

  /** The bytes that this completes; often none. */
  add(rows: readonly Row[]): Uint8Array {
    for (const row of rows) {
      this.#rows.push(row);
      if (this.#rows.length === GROUP_ROWS) this.#writeGroup();
    }
    return this.#taken();
  }

  /** What is left, and the directory of the file. */
  async finish(): Promise<Uint8Array> {
    if (this.#rows.length > 0) this.#writeGroup();
    await this.#writer.finish();
    return this.#taken();
  }

  #writeGroup(): void {
    const columnData = this.#columns.map(({ name, type, value }) => ({ name, type, data: this.#rows.map(value) }));
    // The writer has no flush of its own, so this is done when it returns.
    void this.#writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    this.#rows = [];
  }

  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}
