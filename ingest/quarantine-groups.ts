import type { TerminalFacts } from '../model/change.js';
import type { QuarantineEntry, QuarantineGroup } from '../model/quarantine.js';
import { terminalKey } from '../model/vehicle.js';
import type { Protocol } from '../protocols/protocol.js';

/** What an entry has in common with others of the same cause. */
type Fingerprint = Pick<
  QuarantineGroup,
  'source' | 'reason' | 'messageId' | 'edition' | 'lengthOff' | 'manufacturer' | 'model'
>;

export interface GroupContext {
  protocols: readonly Protocol[];
  /** By terminalKey: what terminals said of themselves. */
  terminals: ReadonlyMap<string, TerminalFacts>;
}

/** The group that an entry belongs to, and the terminal that it is from as far as it shows one. */
export function fingerprint(
  entry: QuarantineEntry,
  { protocols, terminals }: GroupContext,
): { key: string; of: Fingerprint; terminal: string | null } {
  const { source, reason } = entry;
  const tools = protocols.find(({ name }) => name === source)?.tools;
  const head = tools?.head(Buffer.from(entry.bytes)) ?? null;
  const terminal = entry.peer ?? head?.terminal ?? null;
  const facts = terminal === null ? undefined : terminals.get(terminalKey(source, terminal));
  const of = {
    source,
    reason,
    messageId: head?.messageId ?? null,
    edition: head?.edition ?? null,
    lengthOff: head?.lengthOff ?? null,
    manufacturer: facts?.manufacturer || null,
    model: facts?.model || null,
  };
  return { key: JSON.stringify(Object.values(of)), of, terminal };
}

/** Entries by fingerprint, the largest group first. */
export function groupEntries(entries: readonly QuarantineEntry[], context: GroupContext): QuarantineGroup[] {
  const groups = new Map<string, QuarantineGroup & { seen: Set<string | null> }>();
  for (const entry of entries) {
    const { key, of, terminal } = fingerprint(entry, context);
    let group = groups.get(key);
    if (!group) {
      group = { key, ...of, count: 0, terminals: 0, first: entry.at, last: entry.at, newest: 0, seen: new Set() };
      groups.set(key, group);
    }
    group.count++;
    if (terminal !== null) group.seen.add(terminal);
    group.first = Math.min(group.first, entry.at);
    group.last = Math.max(group.last, entry.at);
    group.newest = Math.max(group.newest, entry.number);
  }
  return [...groups.values()]
    .map(({ seen, ...group }) => ({ ...group, terminals: seen.size }))
    .sort((a, b) => b.count - a.count || b.newest - a.newest);
}
