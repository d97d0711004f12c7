package io.diffusion4j.provenance;

/**
 * A statement and its signature, as stored in a file.
 *
 * @param key the id of the key that signed it; see {@link TrustedKey#id}
 * @param signature the signature by Ed25519, 64 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity
record SignedStatement(Statement statement, String key, byte[] signature) {}
