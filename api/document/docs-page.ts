import { DOCS_HEADERS } from '../http/headers.js';
import type { StaticFiles } from '../http/static-files.js';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Cheji API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// In a file of its own: the page's policy runs nothing that stands in the page itself.
const START = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
});
`;

const NEEDED = new Set(['swagger-ui-bundle.js', 'swagger-ui.css']);

/** The API's document as a page, from files on this machine alone. */
export function addDocsPage(files: StaticFiles, swaggerUiDir: string): void {
  files.addDirectory(swaggerUiDir, '/docs/', DOCS_HEADERS, (path) => NEEDED.has(path));
  files.add('/docs', Buffer.from(PAGE), DOCS_HEADERS, '.html');
  files.add('/docs/', Buffer.from(PAGE), DOCS_HEADERS, '.html');
  files.add('/docs/start.js', Buffer.from(START), DOCS_HEADERS);
}
