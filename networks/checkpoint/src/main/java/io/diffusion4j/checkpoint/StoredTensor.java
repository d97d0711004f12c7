package io.diffusion4j.checkpoint;

import java.nio.ByteBuffer;

/**
 * A tensor in its stored form, for callers that need no conversion or copy.
 *
 * @param dtype type of the elements
 * @param bytes little-endian, row-major; valid until the source is closed. A direct read-only
 *     buffer is mapped from a file
 */
public record StoredTensor(DType dtype, ByteBuffer bytes) {}
