// Draws with a published client of the web UI's API, and prints what came back as one line of JSON.
//
//   node client.mjs 50051

import sharp from 'sharp';
import library from 'stable-diffusion-api';

const client = new library.default({ host: '127.0.0.1', port: Number(process.argv[2]) });
const sizes = (images) =>
  Promise.all(
    images.map(async (image) => {
      const { width, height } = await sharp(image).metadata();
      return [width, height];
    }),
  );

const models = (await client.getSdModels()).map(({ model_name }) => model_name);
const samplers = (await client.getSamplers()).map(({ name }) => name);
const text = { prompt: 'a dog', steps: 4, seed: 7 };
const drawn = await client.txt2img({ ...text, batch_size: 2 });
const own = await client.txt2img({ ...text, width: 160, height: 160 });
const picture = Buffer.from(own.response.data.images[0], 'base64');
const drawnOn = await client.img2img({
  ...text,
  init_images: [sharp(picture)],
  width: 160,
  height: 160,
});
const refused = await client
  .txt2img({ ...text, enable_hr: true })
  .catch(({ response }) => `${response.status} ${response.data.detail}`);

const buffers = (result) => result.response.data.images.map((image) => Buffer.from(image, 'base64'));
console.log(
  JSON.stringify({
    models,
    model: await client.getCurrentModel(),
    samplers,
    drawn: await sizes(buffers(drawn)),
    seeds: JSON.parse(drawn.response.data.info).all_seeds,
    drawnOn: await sizes(buffers(drawnOn)),
    progress: await client.getProgress(),
    refused,
  }),
);
