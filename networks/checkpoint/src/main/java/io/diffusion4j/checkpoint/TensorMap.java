package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name, each either held on the heap, or made from another source when it is read:
 * renamed, reshaped, transposed, reduced to some rows, or computed. They convert one checkpoint
 * layout of a network to another.
 *
 * <pre>{@code
 * var theirs = new TensorMap(file, Map.of())
 *     .as("norm1.weight", ours, "ln_1.weight")
 *     .rows("to_q.weight", ours, "attn.qkv.weight", 64, new int[] {0, 3, 6});
 * }</pre>
 *
 * <p>A name is added once. Does not close the sources that it reads, except those of {@link
 * #closing}.
 */
public final class TensorMap implements TensorSource {
  private final String origin;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata;
  private Runnable closing = () -> {};
  private @Nullable Assembled last;

  /** A tensor, and the way to its values. */
  private sealed interface Entry {
    TensorInfo info();
  }

  /** The bytes of another source's tensor. */
  private record Same(TensorInfo info, TensorSource from, String source) implements Entry {}

  /** Blocks of this many bytes of another source's tensor, in this order. */
  private record Blocks(TensorInfo info, TensorSource from, String source, int bytes, int[] order)
      implements Entry {}

  /** Numbers, computed whenever they are read. */
  private record Numbers(TensorInfo info, Supplier<float[]> values) implements Entry {}

  private record Assembled(String name, ByteBuffer bytes) {}

  /** Creates an empty map of weights in memory. */
  public TensorMap() {
    this("weights in memory", Map.of());
  }

  /**
   * Creates an empty map.
   *
   * @param origin the name in messages, such as that of the source file
   * @param metadata its metadata
   */
  public TensorMap(Path origin, Map<String, String> metadata) {
    this(origin.toString(), metadata);
  }

  TensorMap(String origin, Map<String, String> metadata) {
    this.origin = origin;
    this.metadata = Map.copyOf(metadata);
  }

  /** Adds a tensor of F32. The array is not copied. */
  public TensorMap put(String name, long[] shape, float[] values) {
    return put(name, shape, () -> values);
  }

  /**
   * Adds a tensor of F32 that is computed whenever it is read.
   *
   * @param values returns as many values as the shape has; the array is not copied
   */
  public TensorMap put(String name, long[] shape, Supplier<float[]> values) {
    long size = TensorInfo.byteSize(name, DType.F32, shape);
    return add(new Numbers(new TensorInfo(name, DType.F32, shape, 0, size), values));
  }

  /** Adds copies of tensors, their names behind a prefix. */
  public TensorMap putAll(String prefix, TensorSource tensors) {
    for (String name : tensors.names()) {
      put(prefix + name, tensors.shape(name), tensors.read(name));
    }
    return this;
  }

  /** Adds a tensor under another name. */
  public TensorMap as(String name, TensorSource from, String source) {
    return shaped(name, from, source, from.info(source).shape());
  }

  /** Adds a tensor under another name, in another shape with the same number of elements. */
  public TensorMap shaped(String name, TensorSource from, String source, long... shape) {
    TensorInfo original = from.info(source);
    TensorInfo info = info(name, original, shape);
    Check.that(
        info.byteSize() == original.byteSize(),
        "shape of " + name,
        List.of(original),
        "as many elements");
    return add(new Same(info, from, source));
  }

  /** Adds the transpose of a matrix. */
  public TensorMap transposed(String name, TensorSource from, String source) {
    TensorInfo info = from.info(source);
    long[] shape = info.shape();
    Check.that(shape.length == 2, "shape of " + source, info, "a matrix");
    int[] order = new int[Elements.toInt(info, info.size(), "elements")];
    int rows = (int) shape[0];
    int columns = (int) shape[1];
    for (int i = 0; i < order.length; i++) {
      order[i] = i % rows * columns + i / rows;
    }
    TensorInfo turned = info(name, info, columns, rows);
    return add(new Blocks(turned, from, source, info.dtype().bytes(), order));
  }

  /**
   * Adds a tensor of some rows of another. Axes after the second have length 1 and are removed:
   * {@code [R, C, 1]} becomes {@code [r, C]}, and a vector stays a vector.
   *
   * @param rows rows per group
   * @param groups the groups of rows, in order
   */
  public TensorMap rows(String name, TensorSource from, String source, int rows, int... groups) {
    TensorInfo info = from.info(source);
    long[] shape = info.shape();
    for (int axis = 2; axis < shape.length; axis++) {
      Check.that(shape[axis] == 1, "shape of " + source, info, "axes of length 1 after the second");
    }
    Check.that(
        shape.length >= 1 && rows > 0 && shape[0] % rows == 0,
        "shape of " + source,
        info,
        "a multiple of %s rows",
        rows);
    for (int group : groups) {
      Check.between("group of " + source, group, 0, (int) (shape[0] / rows) - 1);
    }
    long count = (long) groups.length * rows;
    long[] some = shape.length == 1 ? new long[] {count} : new long[] {count, shape[1]};
    int block = Elements.toInt(info, info.byteSize() / shape[0] * rows, "bytes in a group");
    return add(new Blocks(info(name, info, some), from, source, block, groups.clone()));
  }

  /** Closes the sources as well when this is closed. */
  public TensorMap closing(Runnable sources) {
    closing = sources;
    return this;
  }

  private static TensorInfo info(String name, TensorInfo original, long... shape) {
    DType dtype = original.dtype();
    return new TensorInfo(name, dtype, shape, 0, TensorInfo.byteSize(name, dtype, shape));
  }

  private TensorMap add(Entry entry) {
    String name = entry.info().name();
    Check.that(entries.put(name, entry) == null, "tensor", name, "not added before");
    return this;
  }

  private Entry get(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException(Path.of(origin), "no tensor " + name);
    }
    return entry;
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  @Override
  public TensorInfo info(String name) {
    return get(name).info();
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public float[] read(String name) {
    Entry entry = get(name);
    if (entry instanceof Numbers numbers) {
      return numbers.values().get();
    }
    return entry instanceof Same same
        ? same.from().read(same.source())
        : TensorSource.super.read(name);
  }

  /** Returns nothing for numbers, which are not stored anywhere. */
  @Override
  public Optional<StoredTensor> stored(String name) {
    Entry entry = get(name);
    if (entry instanceof Numbers) {
      return Optional.empty();
    }
    return entry instanceof Same same
        ? same.from().stored(same.source())
        : TensorSource.super.stored(name);
  }

  @Override
  public ByteBuffer raw(String name, long offset, int length) {
    Entry entry = get(name);
    return entry instanceof Same same
        ? same.from().raw(same.source(), offset, length)
        : assembled(entry).slice((int) offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The last tensor is kept, for callers that read it in parts. */
  private synchronized ByteBuffer assembled(Entry entry) {
    String name = entry.info().name();
    if (last == null || !last.name().equals(name)) {
      last = new Assembled(name, assemble(entry));
    }
    return last.bytes();
  }

  private static ByteBuffer assemble(Entry entry) {
    TensorInfo info = entry.info();
    var bytes =
        ByteBuffer.allocate(Elements.toInt(info, info.byteSize(), "bytes to assemble"))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (entry instanceof Numbers numbers) {
      bytes.asFloatBuffer().put(numbers.values().get());
    } else if (entry instanceof Blocks blocks) {
      ByteBuffer source = blocks.from().raw(blocks.source());
      for (int block : blocks.order()) {
        bytes.put(source.slice(block * blocks.bytes(), blocks.bytes()));
      }
    }
    return bytes.rewind().asReadOnlyBuffer();
  }

  @Override
  public void close() {
    closing.run();
  }
}
