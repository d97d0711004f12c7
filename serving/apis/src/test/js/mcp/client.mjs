// Calls tools with the SDK's own client, and prints what came back as one line of JSON.
//
//   node client.mjs http://127.0.0.1:50051/mcp

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const client = new Client({ name: 'test', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
const call = (name, args, options) =>
  client.callTool({ name, arguments: args }, undefined, options);

const { tools } = await client.listTools();
const progress = [];
const drawn = await call(
  'generate',
  { prompt: 'a dog', seed: 7 },
  { onprogress: ({ progress: done, total }) => progress.push([done, total]) },
);
const image = drawn.content.find(({ type }) => type === 'resource_link').uri;
const resource = await client.readResource({ uri: image });
const answers = {};
for (const [name, args] of Object.entries({
  vary: { image },
  edit: { image, prompt: 'a cat' },
  mix: { ingredients: [{ text: 'a cat' }, { image, weight: 0.5 }] },
  upscale: { image },
  describe: { image, labels: ['x', 'yy'] },
  search: { text: 'a dog' },
  list_models: {},
  verify: { image },
})) {
  const { content, isError = false } = await call(name, args);
  answers[name] = { isError, type: content[0].type, text: content[0].text };
}
const stop = new AbortController();
const aborted = call('generate', { prompt: 'x' }, { signal: stop.signal }).catch(() => 'aborted');
stop.abort();
console.log(
  JSON.stringify({
    tools: tools.map(({ name }) => name),
    drawn: drawn.content.map(({ type }) => type),
    progress: progress.length,
    same: resource.contents[0].blob === drawn.content[0].data,
    answers,
    aborted: await aborted,
  }),
);
await client.close();
