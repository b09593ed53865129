import type { Field } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';

/** A message whose body we know: which clause describes it in each edition, and its fields. */
export interface Message {
  readonly id: number;
  /** Sections, and tables, by edition; absent where the edition does not describe the message. */
  readonly clauses: Partial<Record<Edition, string>>;
  /** The text that describes it, where that is not JT/T 808 itself; it has one edition, given as 2019. */
  readonly standard?: string;
  readonly body: Field;
}

/** "JT/T 808-2013 §8.18": where the message is described for this edition, or for the nearest one that has it. */
export function clauseOf(message: Message, edition: Edition): string {
  const order: Edition[] = [edition, '2019', '2013', '2011'];
  const found = order.find((e) => message.clauses[e] !== undefined);
  if (found === undefined) return message.standard ?? '';
  return `${message.standard ?? `JT/T 808-${found}`} ${message.clauses[found]}`;
}
