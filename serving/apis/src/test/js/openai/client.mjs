// Draws, edits and varies with OpenAI's own client, and prints what came back as one line of JSON.
//
//   node client.mjs http://127.0.0.1:50051/v1 IMAGE.png MASK.png

import { createReadStream } from 'node:fs';
import OpenAI from 'openai';

const [baseURL, image, mask] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'key', maxRetries: 0 });
const prompt = 'a dog';
const model = 'dall-e-2';
const files = { image: () => createReadStream(image), mask: () => createReadStream(mask) };

const calls = {
  models: async () => (await client.models.list()).data.map(({ id }) => id),
  generate: async () =>
    (await client.images.generate({ model, prompt, n: 2, response_format: 'b64_json' })).data,
  url: async () => {
    const { data } = await client.images.generate({ model, prompt, size: '256x256' });
    const file = await fetch(data[0].url);
    return [{ b64_json: Buffer.from(await file.arrayBuffer()).toString('base64') }];
  },
  stream: async () => {
    const events = await client.images.generate({
      model,
      prompt,
      stream: true,
      partial_images: 2,
    });
    const types = [];
    for await (const { type, b64_json } of events) {
      types.push(`${type} ${b64_json.length > 0}`);
    }
    return types;
  },
  current: async () => {
    const { data, ...about } = await client.images.generate({
      model: 'gpt-image-1',
      prompt,
      size: '1024x1024',
      quality: 'low',
      output_format: 'jpeg',
      output_compression: 80,
      background: 'opaque',
      moderation: 'low',
    });
    const file = Buffer.from(data[0].b64_json, 'base64');
    return { ...about, created: about.created > 0, jpeg: file.subarray(0, 2).toString('hex') };
  },
  currentStream: async () => {
    const types = [];
    for await (const event of await client.images.generate({
      model: 'gpt-image-1.5',
      prompt,
      size: 'auto',
      stream: true,
      partial_images: 1,
    })) {
      types.push(event.type);
    }
    return types;
  },
  currentEdit: async () =>
    (await client.images.edit({ model: 'gpt-image-1', prompt, image: [files.image()] })).data,
  edit: async () =>
    (
      await client.images.edit({
        model,
        prompt,
        image: files.image(),
        mask: files.mask(),
        response_format: 'b64_json',
      })
    ).data,
  vary: async () =>
    (
      await client.images.createVariation({
        model,
        image: files.image(),
        n: 2,
        response_format: 'b64_json',
      })
    ).data,
  refused: async () => client.images.generate({ model: 'other', prompt }),
};

const answers = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    answers[name] = await call();
  } catch (error) {
    const { status, code, param, type } = error;
    answers[name] = { error: error.constructor.name, status, code, param, type };
  }
}
console.log(JSON.stringify(answers));
