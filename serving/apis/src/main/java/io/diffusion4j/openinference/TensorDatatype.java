package io.diffusion4j.openinference;

import com.google.protobuf.ByteString;
import io.diffusion4j.openinference.v2.InferTensorContents;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The types of a tensor's elements that this API reads or writes. */
enum TensorDatatype {
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  FP32(4),
  FP64(8),

  /** Byte strings of any length; texts are in UTF-8. */
  BYTES(0);

  /** The bytes before an element of {@link #BYTES}: its length. */
  static final int LENGTH_BYTES = 4;

  private static final String ALL =
      Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));

  private final int size;

  TensorDatatype(int size) {
    this.size = size;
  }

  /** Returns the type of this name. */
  static Optional<TensorDatatype> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  /** Describes the names of the types. */
  static String expected() {
    return "one of " + ALL;
  }

  boolean isInteger() {
    return this != FP32 && this != FP64 && this != BYTES;
  }

  boolean isUnsigned() {
    return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
  }

  /** Whether an integer is one of this type. */
  boolean holds(BigInteger value) {
    int bits = Byte.SIZE * size;
    return isUnsigned()
        ? value.signum() >= 0 && value.bitLength() <= bits
        : value.bitLength() < bits;
  }

  /**
   * Returns the elements of raw contents: {@link ByteString}s, {@link Double}s, or {@link Long}s,
   * which for {@link #UINT64} have its bits.
   *
   * @throws IllegalArgumentException if the contents have not that many elements
   */
  List<Object> elements(ByteString raw, int count) {
    ByteBuffer from = raw.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    List<Object> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(this == BYTES ? bytes(from, raw) : number(from));
    }
    requireBytes(from.remaining() == 0, from);
    return elements;
  }

  private static ByteString bytes(ByteBuffer from, ByteString raw) {
    requireBytes(from.remaining() >= LENGTH_BYTES, from);
    int length = from.getInt();
    requireBytes(length >= 0 && length <= from.remaining(), from);
    int start = from.position();
    from.position(start + length);
    return raw.substring(start, start + length);
  }

  private Object number(ByteBuffer from) {
    requireBytes(from.remaining() >= size, from);
    return switch (this) {
      case UINT8 -> (long) Byte.toUnsignedInt(from.get());
      case UINT16 -> (long) Short.toUnsignedInt(from.getShort());
      case UINT32 -> Integer.toUnsignedLong(from.getInt());
      case INT8 -> (long) from.get();
      case INT16 -> (long) from.getShort();
      case INT32 -> (long) from.getInt();
      case UINT64, INT64 -> from.getLong();
      case FP32 -> (double) from.getFloat();
      case FP64 -> from.getDouble();
      case BYTES -> throw new IllegalStateException("BYTES are no numbers");
    };
  }

  private static void requireBytes(boolean holds, ByteBuffer from) {
    if (!holds) {
      throw new IllegalArgumentException(
          "data: "
              + from.limit()
              + " bytes (expected: the elements of the shape, each in the bytes of its type)");
    }
  }

  /** Returns the elements of contents by type. */
  List<Object> elements(InferTensorContents contents) {
    return switch (this) {
      case UINT8, UINT16, UINT32 ->
          contents.getUintContentsList().stream().<Object>map(Integer::toUnsignedLong).toList();
      case UINT64 -> List.copyOf(contents.getUint64ContentsList());
      case INT8, INT16, INT32 ->
          contents.getIntContentsList().stream().<Object>map(Integer::longValue).toList();
      case INT64 -> List.copyOf(contents.getInt64ContentsList());
      case FP32 -> contents.getFp32ContentsList().stream().<Object>map(Float::doubleValue).toList();
      case FP64 -> List.copyOf(contents.getFp64ContentsList());
      case BYTES -> List.copyOf(contents.getBytesContentsList());
    };
  }

  /** Writes elements as raw contents. */
  static ByteString raw(List<ByteString> elements) {
    List<ByteString> parts = new ArrayList<>();
    for (ByteString element : elements) {
      parts.add(INT32.raw(element.size()));
      parts.add(element);
    }
    return ByteString.copyFrom(parts);
  }

  /**
   * Writes a number as raw contents.
   *
   * @param value the number; of an integer, its bits
   */
  ByteString raw(Number value) {
    ByteBuffer raw = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    switch (this) {
      case UINT8, INT8 -> raw.put(value.byteValue());
      case UINT16, INT16 -> raw.putShort(value.shortValue());
      case UINT32, INT32 -> raw.putInt(value.intValue());
      case UINT64, INT64 -> raw.putLong(value.longValue());
      case FP32 -> raw.putFloat(value.floatValue());
      case FP64 -> raw.putDouble(value.doubleValue());
      case BYTES -> throw new IllegalStateException("BYTES are no numbers");
    }
    return ByteString.copyFrom(raw.flip());
  }
}
