// Draws with Ollama's own client, and prints what came back as one line of JSON.
//
//   node client.mjs http://127.0.0.1:50051

import { Ollama } from 'ollama';

const client = new Ollama({ host: process.argv[2] });
const model = 'toy';
const prompt = 'a dog';

const calls = {
  models: async () => (await client.list()).models.map(({ name }) => name),
  running: async () => (await client.ps()).models.map(({ model }) => model),
  show: async () => (await client.show({ model })).capabilities,
  image: async () =>
    client.generate({ model, prompt, stream: false, width: 160, height: 160, options: { seed: 7 } }),
  stream: async () => {
    const parts = [];
    for await (const part of await client.generate({ model, prompt, steps: 3, stream: true })) {
      parts.push(part);
    }
    return parts;
  },
  embed: async () => (await client.embed({ model, input: ['a dog', 'a cat'] })).embeddings,
  refused: async () => client.generate({ model: 'other', prompt }),
};

const answers = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    answers[name] = await call();
  } catch (error) {
    answers[name] = { error: error.message, status: error.status_code };
  }
}
console.log(JSON.stringify(answers));
