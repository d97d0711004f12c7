package io.diffusion4j.checkpoint;

import java.nio.ByteBuffer;

/**
 * A tensor as it is stored, for whom it need not be converted or copied first.
 *
 * @param dtype what the bytes are
 * @param bytes little-endian, row-major; not to be used when what they are from is closed
 */
public record StoredTensor(DType dtype, ByteBuffer bytes) {}
