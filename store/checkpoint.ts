export interface Checkpoint {
  /** Everything up to this record is in the parts. */
  seq: number;
  parts: Record<string, Buffer>;
}

/** Resolves to the sequence number that every kept checkpoint has passed: the log may be cut up to there. 0 after the first. */
export async function saveCheckpoint(_dir: string, _name: string, _checkpoint: Checkpoint): Promise<number> {
  return 0;
}

/** The newest good checkpoint, or null where there is none. */
export async function loadCheckpoint(_dir: string, _name: string): Promise<Checkpoint | null> {
  return null;
}
