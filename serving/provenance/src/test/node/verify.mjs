// Prints the manifest store of a picture as the C2PA project's own verifier reports it, or nothing.
// Usage: node verify.mjs FILE MEDIA-TYPE [ANCHORS.pem]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, WasmReader } from "@contentauth/c2pa-wasm";

const [file, type, anchors] = process.argv.slice(2);
const wasm = createRequire(import.meta.url).resolve("@contentauth/c2pa-wasm/c2pa.wasm");
initSync({ module: readFileSync(wasm) });
const trust = anchors ? { trust_anchors: readFileSync(anchors, "utf8") } : {};
const settings = JSON.stringify({ trust, verify: { verify_trust: true } });
const reader = await WasmReader.fromBytes(type, new Uint8Array(readFileSync(file)), settings);
console.log(reader.json());
