import type { AccessKey } from './access-key.js';
import type { ApiClient } from './api-client.js';
import type { Fences } from './fences.js';
import { OverPages } from './over-pages.js';
import type { PageAddress } from './page-address.js';
import type { ProtocolBook } from './protocol/protocol-book.js';
import type { ServerStatus } from './server-status.js';

/** What the pages beside the monitor are made of. */
export interface PageParts {
  api: ApiClient;
  key: AccessKey;
  address: PageAddress;
  status: ServerStatus;
  fences: Fences;
  book: ProtocolBook;
}

/** The pages beside the monitor; none is loaded before it is asked for. */
export function consolePages({ api, key, address, status, fences, book }: PageParts): OverPages {
  return new OverPages(address, key, {
    rules: async () => new (await import('./rules/rules-page.js')).RulesPage(api, fences),
    webhooks: async () => new (await import('./webhooks/webhooks-page.js')).WebhooksPage(api),
    audit: async () => new (await import('./audit/audit-page.js')).AuditPage(api),
    server: async () => new (await import('./server/server-page.js')).ServerPage(status, api),
    protocol: async () => new (await import('./protocol/protocol-page.js')).ProtocolPage(api, book),
  });
}
