package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Named tensors to read from, in PyTorch's order of axes: a checkpoint on disk, weights in memory,
 * or a view of others.
 *
 * <p>Implementations are thread-safe until they are closed. {@link #only}, {@link #renamed} and
 * {@link #withoutPrefix} are views with other names; {@link TensorMap} derives other tensors.
 * Closing a view does not close its source.
 */
public interface TensorSource extends AutoCloseable {
  /** Returns the origin for messages: a path or a few words. */
  String origin();

  /** Returns the names of all tensors, in the order in which they are stored. */
  Set<String> names();

  /** Whether there is a tensor of this name. */
  default boolean contains(String name) {
    return names().contains(name);
  }

  /**
   * Returns the header entry of a tensor.
   *
   * @throws CheckpointException if there is no tensor of this name
   */
  TensorInfo info(String name);

  /**
   * Returns the shape of a tensor.
   *
   * @throws CheckpointException if there is no tensor of this name
   */
  default long[] shape(String name) {
    return info(name).shape();
  }

  /** Returns the metadata of the tensors, e.g. {@code format} = {@code pt}. */
  Map<String, String> metadata();

  /**
   * Returns part of a tensor's stored bytes: row-major, little-endian, read-only.
   *
   * <p>The view stays valid after the source is closed.
   *
   * @param offset the offset in bytes from the start of the tensor
   * @param length the length in bytes
   * @throws CheckpointException if there is no such tensor
   * @throws IndexOutOfBoundsException if the range does not lie in the tensor
   */
  ByteBuffer raw(String name, long offset, int length);

  /** Releases the files; returned buffers stay valid. */
  @Override
  void close();

  /** Returns the stored bytes of a tensor, if there are any and they fit one buffer. */
  default Optional<StoredTensor> stored(String name) {
    TensorInfo info = info(name);
    return info.byteSize() <= Integer.MAX_VALUE
        ? Optional.of(new StoredTensor(info.dtype(), raw(name)))
        : Optional.empty();
  }

  /** Returns a reader for parts of a tensor, for callers that do not need it on the heap. */
  default TensorReader reader(String name) {
    return stored(name)
        .map(tensor -> TensorReader.of(tensor.dtype(), tensor.bytes()))
        .orElseGet(() -> TensorReader.of(read(name)));
  }

  /** Returns the tensors whose names pass. */
  default TensorMap only(Predicate<String> names) {
    var view = new TensorMap(origin(), metadata());
    names().stream().filter(names).forEach(name -> view.as(name, this, name));
    return view;
  }

  /**
   * Returns the tensors whose names begin with a prefix, with the prefix removed: one network's
   * share of weights that were trained together.
   *
   * @param prefix such as {@code decoder.}
   */
  default TensorMap withoutPrefix(String prefix) {
    return only(name -> name.startsWith(prefix)).renamed(name -> name.substring(prefix.length()));
  }

  /** Returns all tensors under other names. */
  default TensorMap renamed(UnaryOperator<String> name) {
    Map<String, String> sources = new LinkedHashMap<>();
    names().forEach(source -> sources.put(name.apply(source), source));
    return renamed(sources);
  }

  /**
   * Returns tensors under other names. A tensor may have several names; one without a name is left
   * out.
   *
   * @param sources the name of each tensor here, by its name in the view
   */
  default TensorMap renamed(Map<String, String> sources) {
    var view = new TensorMap(origin(), metadata());
    sources.forEach((name, source) -> view.as(name, this, source));
    return view;
  }

  /**
   * Returns all stored bytes of a tensor, see {@link #raw(String, long, int)}. Callers that can use
   * the stored type, such as bfloat16 on a GPU, avoid a conversion.
   *
   * @throws IllegalArgumentException if it has more than 2³¹ − 1 bytes
   */
  default ByteBuffer raw(String name) {
    TensorInfo info = info(name);
    return raw(name, 0, Elements.toInt(info, info.byteSize(), "bytes"));
  }

  /**
   * Reads a tensor as floats, row-major: F32, F16 and BF16 exactly, F64 and integers to the nearest
   * float.
   *
   * @throws CheckpointException if there is no such tensor
   * @throws IllegalArgumentException if it has more than 2³¹ − 1 elements
   */
  default float[] read(String name) {
    TensorInfo info = info(name);
    float[] values = new float[Elements.toInt(info, info.size(), "elements")];
    readFloats(name, 0, FloatBuffer.wrap(values));
    return values;
  }

  /**
   * Reads a tensor of known size as floats, row-major.
   *
   * @throws CheckpointException if there is no such tensor, or it has another number of elements
   */
  default float[] read(String name, int size) {
    float[] values = read(name);
    if (values.length != size) {
      throw new CheckpointException(
          Path.of(origin()), name + ": " + values.length + " values (expected: " + size + ")");
    }
    return values;
  }

  /**
   * Reads consecutive elements as floats until the destination is full, from its position to its
   * limit. Use it for tensors of any size, and to read into native memory.
   *
   * @param first the first element, counted row-major
   * @throws IndexOutOfBoundsException if the tensor ends before the destination is full
   */
  default void readFloats(String name, long first, FloatBuffer destination) {
    TensorInfo info = info(name);
    Elements.checkRange(info, first, destination.remaining());
    long at = first;
    while (destination.hasRemaining()) {
      int count = Math.min(destination.remaining(), Elements.CHUNK);
      int bytes = info.dtype().bytes();
      Elements.decode(info.dtype(), raw(name, at * bytes, count * bytes), count, destination);
      at += count;
    }
  }

  /**
   * Reads a tensor as doubles, row-major; exact except for integers beyond 2⁵³.
   *
   * @throws CheckpointException if there is no such tensor
   * @throws IllegalArgumentException if it has more than 2³¹ − 1 elements
   */
  default double[] readDoubles(String name) {
    TensorInfo info = info(name);
    double[] values = new double[Elements.toInt(info, info.size(), "elements")];
    int bytes = info.dtype().bytes();
    for (int at = 0, count; at < values.length; at += count) {
      count = Math.min(values.length - at, Elements.CHUNK);
      Elements.decode(info.dtype(), raw(name, (long) at * bytes, count * bytes), values, at, count);
    }
    return values;
  }

  /**
   * Reads an integer or BOOL tensor as longs, row-major.
   *
   * @throws CheckpointException if there is no such tensor
   * @throws IllegalArgumentException if it holds floating-point numbers, or more than 2³¹ − 1
   *     elements
   */
  default long[] readLongs(String name) {
    TensorInfo info = info(name);
    Check.that(!info.dtype().isFloat(), "dtype of " + name, info.dtype(), "an integer type");
    long[] values = new long[Elements.toInt(info, info.size(), "elements")];
    int bytes = info.dtype().bytes();
    for (int at = 0, count; at < values.length; at += count) {
      count = Math.min(values.length - at, Elements.CHUNK);
      Elements.decode(info.dtype(), raw(name, (long) at * bytes, count * bytes), values, at, count);
    }
    return values;
  }

  /**
   * Reads a BOOL or U8 tensor of zeros and ones, row-major.
   *
   * @throws CheckpointException if there is no such tensor
   * @throws IllegalArgumentException if it is of another type, holds another value, or has more
   *     than 2³¹ − 1 elements
   */
  default boolean[] readBooleans(String name) {
    TensorInfo info = info(name);
    Check.that(
        info.dtype() == DType.BOOL || info.dtype() == DType.U8,
        "dtype of " + name,
        info.dtype(),
        "BOOL or U8");
    ByteBuffer bytes = raw(name);
    boolean[] values = new boolean[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      int value = bytes.get() & 0xff;
      Check.that(value <= 1, name + "[" + i + "]", value, "0 or 1");
      values[i] = value == 1;
    }
    return values;
  }
}
