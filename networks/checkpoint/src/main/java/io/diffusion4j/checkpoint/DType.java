package io.diffusion4j.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The form in which a safetensors file stores one element, little-endian; the names are the
 * format's.
 *
 * <p>The constants have the format's order: its reference writer stores tensors from the last of
 * these types to the first, so that each tensor is aligned to its element size.
 */
public enum DType {
  /** One byte, 0 or 1. */
  BOOL(1),
  /** Unsigned byte. */
  U8(1),
  /** Signed byte. */
  I8(1),
  /** Signed 16-bit integer. */
  I16(2),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32: its range with 8 bits of precision. */
  BF16(2),
  /** Signed 32-bit integer. */
  I32(4),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary64. */
  F64(8),
  /** Signed 64-bit integer. */
  I64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether elements are floating-point numbers. */
  public boolean isFloat() {
    return this == F16 || this == BF16 || this == F32 || this == F64;
  }

  /**
   * Writes {@code values[at…]} as elements of this type, rounding to nearest even.
   *
   * @param name the name of the tensor in messages
   * @param to receives {@code count * bytes()} bytes at its position, in its own byte order
   * @throws IllegalArgumentException if this is no floating-point type, or a finite value exceeds
   *     its range
   */
  public void encode(String name, float[] values, int at, int count, ByteBuffer to) {
    Elements.encode(this, name, values, at, count, to);
  }

  /**
   * Returns the type of this name, exactly as files spell it; empty for types that we do not read.
   */
  static Optional<DType> named(String name) {
    return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
  }
}
