import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import { type QuirkBook, quirksInForce } from '../../model/quirks.js';

const book: QuirkBook = {
  list: [],
  recognise: ({ model }) => (model === 'M1' ? ['by-model'] : []),
};
const terminal = { protocol: 'jt808', number: '139' };

/** A catalog whose terminal has registered as model M1. */
function registered(): Catalog {
  const catalog = new Catalog();
  catalog.apply({ type: 'terminal-put', revision: 1, at: 0, terminal: { ...terminal, registered: true, model: 'M1' } });
  return catalog;
}

test('a person’s word comes before what the registration shows, and is kept apart from it', () => {
  const catalog = registered();
  const holds = () => quirksInForce(catalog, book, terminal);
  expect(holds()).toEqual({ names: ['by-model'], set: false });
  catalog.apply({ type: 'quirks-put', revision: 2, at: 0, ...terminal, quirks: [] });
  expect(holds()).toEqual({ names: [], set: true });
  // Registering again says nothing of what the person said.
  catalog.apply({ type: 'terminal-put', revision: 3, at: 0, terminal: { ...terminal, registered: true, model: 'M1' } });
  expect(holds()).toEqual({ names: [], set: true });
  catalog.apply({ type: 'quirks-put', revision: 4, at: 0, ...terminal, quirks: null });
  expect(holds()).toEqual({ names: ['by-model'], set: false });
});

test('nothing holds where nothing is known', () => {
  expect(quirksInForce(registered(), undefined, terminal).names).toEqual([]);
  expect(quirksInForce(registered(), book, { ...terminal, number: '138' }).names).toEqual([]);
  expect(quirksInForce(registered(), book, { ...terminal, protocol: 'jt905' }).names).toEqual([]);
});

test('what a person said survives a checkpoint, and one of before there were any is read', () => {
  const catalog = registered();
  catalog.apply({ type: 'quirks-put', revision: 2, at: 0, ...terminal, quirks: ['utc-clock'] });
  const snapshot = JSON.parse(JSON.stringify(catalog.snapshot()));
  expect(quirksInForce(Catalog.from(snapshot), book, terminal)).toEqual({ names: ['utc-clock'], set: true });
  delete snapshot.quirks;
  expect(quirksInForce(Catalog.from(snapshot), book, terminal)).toEqual({ names: ['by-model'], set: false });
});
