export { countPositions, embeddedUrl, query } from '../../bench/support/database.js';
