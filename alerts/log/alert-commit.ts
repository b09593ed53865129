import type { AlertCommit, AlertTransition } from '../../model/alert.js';
import { allocBlock, BLOCK_HEADER_BYTES, type Block, KIND_ALERTS, readBlock, sealBlock } from '../../model/block.js';

/** A person waits for alerts; a removed fence may clear 100,000 of them, and a block has a bound. */
export const MAX_TRANSITIONS_PER_BLOCK = 500;

/**
 * Transitions as blocks of the alert log, numbered from `firstNumber`, which is written into them.
 * `inputSeq`: the last record of the input that has been taken in; the transitions are all that it caused.
 * `closedAt`: epoch ms.
 */
export function alertBlocks(
  transitions: readonly AlertTransition[],
  inputSeq: number,
  firstNumber: number,
  closedAt: number,
): Block[] {
  for (const [i, transition] of transitions.entries()) transition.number = firstNumber + i;
  const blocks: Block[] = [];
  for (let from = 0; from < transitions.length; from += MAX_TRANSITIONS_PER_BLOCK) {
    const to = Math.min(from + MAX_TRANSITIONS_PER_BLOCK, transitions.length);
    const commit: AlertCommit = { ...reach(transitions, to, inputSeq), transitions: transitions.slice(from, to) };
    const body = Buffer.from(JSON.stringify(commit));
    const bytes = allocBlock(body.length);
    body.copy(bytes, BLOCK_HEADER_BYTES);
    sealBlock(bytes, { kind: KIND_ALERTS, firstSeq: firstNumber + from, count: to - from, fixesBefore: 0, closedAt });
    blocks.push(readBlock(bytes, 0) as Block);
  }
  return blocks;
}

/** How far the input is covered by the first `to` transitions. */
function reach(transitions: readonly AlertTransition[], to: number, inputSeq: number) {
  if (to === transitions.length) return { inputSeq, beyond: 0 };
  const next = transitions[to].inputSeq;
  let beyond = 0;
  while (beyond < to && transitions[to - 1 - beyond].inputSeq === next) beyond++;
  return { inputSeq: next - 1, beyond };
}
