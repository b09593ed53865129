import type { ApiDeps } from '../api/deps.js';
import { sourceNumber } from '../model/source.js';
import { protocols } from '../protocols/index.js';
import { describeExtras } from '../protocols/mqtt/extras.js';

const bySource = new Map(
  [...protocols, { name: 'mqtt' as const, describeItems: describeExtras }].map((from) => [
    sourceNumber(from.name),
    from,
  ]),
);

/** What the API shows of protocols, on any node. */
export const protocolTools: Pick<ApiDeps, 'describeItems' | 'protocols' | 'quirkBooks'> = {
  describeItems: (source, items) => bySource.get(source)?.describeItems(items) ?? {},
  protocols: protocols.flatMap(({ tools }) => tools ?? []),
  quirkBooks: new Map(protocols.flatMap(({ name, quirks }) => (quirks ? [[name, quirks]] : []))),
};
