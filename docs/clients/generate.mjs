// Draws a picture at a Diffusion4J server, from the published contract alone.
//
//   npm install @grpc/grpc-js @grpc/proto-loader google-proto-files
//   node generate.mjs localhost:50051 7 apple.png a red apple on a blue background

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const [server, seed, output, ...words] = process.argv.slice(2);
if (words.length === 0) {
  console.error('usage: node generate.mjs HOST:PORT SEED FILE WORDS...');
  process.exit(2);
}

const here = dirname(fileURLToPath(import.meta.url));
const contract = process.env.DIFFUSION4J_PROTO ?? join(here, '../../serving/serving-proto/src/main/protobuf');
const common = dirname(createRequire(import.meta.url).resolve('google-proto-files/package.json'));
const definition = protoLoader.loadSync('diffusion4j/v1/generation_service.proto', {
  includeDirs: [contract, dirname(common), common],
  longs: String, // a seed has 64 bits
});
const { GenerationService } = grpc.loadPackageDefinition(definition).diffusion4j.v1;
const client = new GenerationService(server, grpc.credentials.createInsecure());

const chunks = [];
const events = client.StreamGenerateImages({
  textToImage: { prompt: { text: words.join(' ') } },
  seeds: [seed],
});
events.on('data', ({ progress, imageChunk, imageDone }) => {
  if (progress) {
    console.log(`${progress.stage} ${progress.step}/${progress.steps}`);
  } else if (imageChunk) {
    chunks.push(imageChunk.data);
  } else if (imageDone) {
    const png = Buffer.concat(chunks);
    const digest = createHash('sha256').update(png).digest();
    if (!digest.equals(imageDone.metadata.sha256)) {
      throw new Error(`${output}: SHA-256 ${digest.toString('hex')} (expected: the server's)`);
    }
    writeFileSync(output, png);
    console.log(`${output}: seed ${imageDone.metadata.seed}, SHA-256 ${digest.toString('hex')}`);
  }
});
events.on('error', (error) => {
  console.error(`error: ${error.details}`);
  process.exitCode = 1;
});
events.on('end', () => client.close());
