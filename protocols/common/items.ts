import { type Codec, type Field, type Fields, hexBytes, hexNumber } from './codecs.js';
import type { Edition } from './edition.js';
import { field } from './layout.js';
import type { Writer } from './wire.js';

/** One kind of additional item behind a location: {id BYTE, length BYTE, value}. */
export interface Item {
  id: number;
  fits: (length: number) => boolean;
  /** The names that the item gives; the first one tells whether JSON has it. */
  names: readonly [string, ...string[]];
  body: Field;
  /** The text that describes the item, where that is not the one around it. */
  standard?: string;
}

/** An item that is one value; `length`: in bytes. */
export function item(
  id: number,
  length: number | ((length: number) => boolean),
  name: string,
  codec: Codec,
  standard?: string,
): Item {
  const fits = typeof length === 'number' ? (n: number) => n === length : length;
  return { id, fits, names: [name], body: field(name, codec), standard };
}

interface UnknownItem {
  id: string;
  hex: string;
}

/**
 * Additional items (附加信息项) until nothing whole is left. What remains is no item, or a cut one, and is left unread.
 *
 * A known id with an unexpected length is another maker's item of the same number and counts as unknown. Of an id that
 * comes twice the last one is named. `items` lists all ids as they came; what has no name is under `unknown`, as hex.
 */
export function itemList(known: readonly Item[], unknown: string): Field {
  const byId = new Map(known.map((one) => [one.id, one]));

  function writeNamed(w: Writer, id: number, from: Fields): void {
    const one = byId.get(id);
    if (one === undefined) throw new RangeError(`item ${hexNumber(id, 2)}: has no name, and is not in ${unknown}`);
    one.body.write(w, from);
  }

  return {
    read(r, out) {
      const ids: string[] = [];
      const nameless: UnknownItem[] = [];
      const namedAt = new Map<Item, UnknownItem>(); // what the bytes were, should the id come again
      // The last item may be cut off, or what follows may be no items at all: that is left to `trailing`.
      while (r.remaining >= 2 && r.remaining >= 2 + r.bytes[r.at + 1]) {
        const at = r.at;
        const id = r.uint(1);
        const length = r.uint(1);
        const name = hexNumber(id, 2);
        ids.push(name);
        r.explain(at, `item ${name}`, `length ${length}`);
        const one = byId.get(id);
        const raw = r.bytes.toString('hex', r.at, r.at + length);
        if (one?.fits(length)) {
          const before = namedAt.get(one);
          if (before !== undefined) nameless.push(before);
          namedAt.set(one, { id: name, hex: raw });
          r.within(length, '', (part) => {
            part.clause = one.standard ?? r.clause;
            one.body.read(part, out);
          });
        } else {
          nameless.push({ id: name, hex: raw });
          r.within(length, '', (part) => {
            part.take(length);
            part.explain(at + 2, `item ${name}`, raw);
          });
        }
      }
      out.items = ids;
      if (nameless.length > 0) out[unknown] = nameless;
    },

    /** In the order of `items`; without it, in the order of the table and then what has no name. */
    write(w, from) {
      const nameless = [...((from[unknown] ?? []) as UnknownItem[])];
      const listed = from.items as string[] | undefined;
      const ids = listed?.map(Number) ?? [
        ...known.filter((i) => from[i.names[0]] !== undefined).map((i) => i.id),
        ...nameless.map((e) => Number(e.id)),
      ];
      for (const id of ids) {
        const at = nameless.findIndex((e) => Number(e.id) === id);
        const value =
          at >= 0
            ? hexBytes(nameless.splice(at, 1)[0].hex, null, `item ${hexNumber(id, 2)}`)
            : w.part((part) => writeNamed(part, id, from));
        if (value.length > 255)
          throw new RangeError(`item ${hexNumber(id, 2)}: ${value.length} bytes, at most 255 fit`);
        w.uint(id, 1);
        w.uint(value.length, 1);
        w.raw(value);
      }
    },

    describe: (edition: Edition) =>
      known.flatMap(({ body }) => body.describe(edition).map((field) => ({ ...field, optional: true as const }))),
  };
}
