// Asks a server by the protocol's definition, and prints what came back as one line of JSON.
//
//   node protocol-client.mjs 127.0.0.1:50051 open_inference_grpc.proto

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const [server, definition] = process.argv.slice(2);
const { inference } = grpc.loadPackageDefinition(
  protoLoader.loadSync(definition, { keepCase: true, longs: String, defaults: true }),
);
const client = new inference.GRPCInferenceService(server, grpc.credentials.createInsecure());
const call = (method, request) => promisify(client[method].bind(client))(request);

const input = (name, datatype, contents) => ({ name, datatype, shape: [1], contents });
const prompt = input('prompt', 'BYTES', { bytes_contents: [Buffer.from('a dog')] });
const seed = input('seed', 'UINT64', { uint64_contents: ['7'] });

const { live } = await call('ServerLive', {});
const { ready } = await call('ModelReady', { name: 'toy' });
const { inputs } = await call('ModelMetadata', { name: 'toy' });
const drawn = await call('ModelInfer', {
  model_name: 'toy',
  inputs: [prompt, seed],
  outputs: [{ name: 'image' }],
});
const refused = await call('ModelInfer', { model_name: 'toy', inputs: [seed] }).catch(
  ({ message }) => message,
);
console.log(
  JSON.stringify({
    live,
    ready,
    inputs: inputs.map(({ name }) => name),
    shape: drawn.outputs[0].shape,
    sha256: createHash('sha256').update(drawn.raw_output_contents[0]).digest('hex'),
    refused,
  }),
);
client.close();
