import { type Block, KIND_CHANGE, KIND_FIXES, readJsonBody } from '../model/block.js';
import type { Change } from '../model/change.js';
import { FixBatch } from '../model/fix-batch.js';

/** A run of neighbouring records of one block: fixes `from` to before `to`, or the one change. */
export type Piece =
  | { kind: 'fixes'; block: Block; batch: FixBatch; from: number; to: number }
  | { kind: 'change'; block: Block; change: Change; from: 0; to: 1 };

/** The records of blocks of the spool that come after record `seq`. */
export function piecesAfter(blocks: readonly Block[], seq: number): Piece[] {
  const pieces: Piece[] = [];
  for (const block of blocks) {
    const from = Math.max(0, seq + 1 - block.firstSeq);
    if (from >= block.count) continue;
    if (block.kind === KIND_FIXES) {
      pieces.push({ kind: 'fixes', block, batch: new FixBatch(block), from, to: block.count });
    } else if (block.kind === KIND_CHANGE) {
      const change = readJsonBody<Change>(block);
      pieces.push({ kind: 'change', block, change, from: 0, to: 1 });
    }
  }
  return pieces;
}

export function recordsIn(pieces: readonly Piece[]): number {
  let records = 0;
  for (const piece of pieces) records += piece.to - piece.from;
  return records;
}

/** Number of the last record. */
export function lastSeqIn(pieces: readonly Piece[]): number {
  const last = pieces[pieces.length - 1];
  return last.block.firstSeq + last.to - 1;
}

/** Fixes that the log holds before the first of these records that is a fix; NaN where there is none. */
export function fixesBefore(piece: Piece): number {
  return piece.block.fixesBefore + piece.from;
}

/** The first half of the records and the rest, in order; there must be two at least. */
export function halve(pieces: readonly Piece[]): [Piece[], Piece[]] {
  let room = recordsIn(pieces) >> 1;
  const first: Piece[] = [];
  const rest: Piece[] = [];
  for (const piece of pieces) {
    const records = piece.to - piece.from;
    if (room >= records) {
      first.push(piece);
    } else if (room === 0 || piece.kind === 'change') {
      rest.push(piece);
    } else {
      first.push({ ...piece, to: piece.from + room });
      rest.push({ ...piece, from: piece.from + room });
    }
    room = Math.max(0, room - records);
  }
  return [first, rest];
}
