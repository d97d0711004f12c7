// Copies the Javadoc of all modules into the site, if it was made.
import { cpSync, existsSync } from 'node:fs';

const made = new URL('../../target/reports/apidocs', import.meta.url);
if (existsSync(made)) {
  cpSync(made, new URL('dist/apidocs', import.meta.url), { recursive: true });
}
