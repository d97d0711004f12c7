// The same request for a terminal.

const AUTHORIZATION = '-H "authorization: Bearer $TOKEN"';

/** Of an answer with pictures. */
const FILE = `  | jq -r '.images[0].data' | base64 -d > picture.png`;

/** A request without what only a page that watches needs, and without what says nothing. */
export function plain(request) {
  const { requestId, priority, preview, validateOnly, ...rest } = request;
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== '' && value !== undefined),
  );
}

/** Draws it with curl, and writes the file of the first picture; a token that is needed is the shell's `$TOKEN`. */
export function curl(request, location, needsToken) {
  return (
    `curl -s ${quoted(new URL('diffusion4j/v1/images:generate', location).href)} \\\n` +
    (needsToken ? `  ${AUTHORIZATION} \\\n` : '') +
    `  -H 'content-type: application/json' \\\n` +
    `  -d ${quoted(JSON.stringify(plain(request)))} \\\n` +
    FILE
  );
}

/** Draws it with grpcurl, and writes the file of the first picture. */
export function grpcurl(request, location, needsToken) {
  const { host, protocol } = new URL(location);
  const address = host.includes(':') ? host : `${host}:${protocol === 'https:' ? 443 : 80}`;
  const plaintext = protocol === 'https:' ? '' : '-plaintext ';
  const authorization = needsToken ? `${AUTHORIZATION} ` : '';
  return (
    `grpcurl ${plaintext}${authorization}-d ${quoted(JSON.stringify(plain(request)))} \\\n` +
    `  ${address} diffusion4j.v1.GenerationService/GenerateImages \\\n` +
    FILE
  );
}

/** For a POSIX shell, whatever it is. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
