import type { Field } from '../common/codecs.js';

/** A message of JT/T 905.4-2014: ids and names, and its body where we know it; without one it is kept as hex. */
export interface Message {
  readonly id: number;
  /** House name. */
  readonly name: string;
  readonly chinese: string;
  /** `up`: from the terminal (ISU) to the centre. */
  readonly direction: 'up' | 'down';
  readonly body?: Field;
}
