package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that are derived from other files' tensors when they are read: renamed, reshaped,
 * transposed, or reduced to some rows. They convert one checkpoint layout of a network to another.
 *
 * <pre>{@code
 * var theirs = new DerivedTensors(file, Map.of())
 *     .as("norm1.weight", ours, "ln_1.weight")
 *     .rows("to_q.weight", ours, "attn.qkv.weight", 64, new int[] {0, 3, 6});
 * }</pre>
 *
 * <p>Does not close the files that it reads.
 */
public final class DerivedTensors implements TensorSource {
  private final Path origin;
  private final Map<String, Derived> all = new LinkedHashMap<>();
  private final Map<String, String> metadata;
  private @Nullable Assembled last;

  /** The recipe of a tensor: its bytes unchanged, or some blocks of bytes in this order. */
  private record Derived(
      TensorSource from, TensorInfo source, TensorInfo info, @Nullable Blocks blocks) {}

  /** The blocks of this many bytes, in order. */
  private record Blocks(int bytes, int[] order) {}

  private record Assembled(String name, ByteBuffer bytes) {}

  /**
   * Creates a source without derived tensors.
   *
   * @param origin the name in messages, such as that of the source file
   * @param metadata its metadata
   */
  public DerivedTensors(Path origin, Map<String, String> metadata) {
    this.origin = origin;
    this.metadata = Map.copyOf(metadata);
  }

  /** Adds a tensor under another name. */
  public DerivedTensors as(String name, TensorSource from, String source) {
    return shaped(name, from, source, from.info(source).shape());
  }

  /** Adds a tensor under another name, in another shape with the same number of elements. */
  public DerivedTensors shaped(String name, TensorSource from, String source, long... shape) {
    return add(name, from, source, shape, null);
  }

  /** Adds the transpose of a matrix. */
  public DerivedTensors transposed(String name, TensorSource from, String source) {
    TensorInfo info = from.info(source);
    long[] shape = info.shape();
    Check.that(shape.length == 2, "shape of " + source, info, "a matrix");
    int[] order = new int[Elements.toInt(info, info.size(), "elements")];
    int rows = (int) shape[0];
    int columns = (int) shape[1];
    for (int i = 0; i < order.length; i++) {
      order[i] = i % rows * columns + i / rows;
    }
    return add(
        name, from, source, new long[] {columns, rows}, new Blocks(info.dtype().bytes(), order));
  }

  /**
   * Adds a tensor of some rows of another. Axes after the second have length 1 and are removed:
   * {@code [R, C, 1]} becomes {@code [r, C]}, and a vector stays a vector.
   *
   * @param rows rows per group
   * @param groups the groups of rows, in order
   */
  public DerivedTensors rows(
      String name, TensorSource from, String source, int rows, int[] groups) {
    TensorInfo info = from.info(source);
    long[] shape = info.shape();
    for (int axis = 2; axis < shape.length; axis++) {
      Check.that(shape[axis] == 1, "shape of " + source, info, "axes of length 1 after the second");
    }
    Check.that(
        shape.length >= 1 && shape[0] % rows == 0,
        "shape of " + source,
        info,
        "a multiple of %s rows",
        rows);
    for (int group : groups) {
      Check.between("group of " + source, group, 0, (int) (shape[0] / rows) - 1);
    }
    long count = (long) groups.length * rows;
    long[] derived = shape.length == 1 ? new long[] {count} : new long[] {count, shape[1]};
    long block = info.byteSize() / shape[0] * rows;
    return add(
        name,
        from,
        source,
        derived,
        new Blocks(Elements.toInt(info, block, "bytes in a group"), groups.clone()));
  }

  private DerivedTensors add(
      String name, TensorSource from, String source, long[] shape, @Nullable Blocks blocks) {
    TensorInfo original = from.info(source);
    long size = TensorInfo.byteSize(name, original.dtype(), shape);
    Check.that(
        blocks != null || size == original.byteSize(),
        "shape of " + name,
        List.of(original),
        "as many elements");
    var info = new TensorInfo(name, original.dtype(), shape, 0, size);
    Check.that(
        all.put(name, new Derived(from, original, info, blocks)) == null,
        "tensor",
        name,
        "not added before");
    return this;
  }

  private Derived get(String name) {
    Derived derived = all.get(name);
    if (derived == null) {
      throw new CheckpointException(origin, "no tensor " + name);
    }
    return derived;
  }

  @Override
  public List<String> names() {
    return List.copyOf(all.keySet());
  }

  @Override
  public boolean contains(String name) {
    return all.containsKey(name);
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
  public ByteBuffer raw(String name, long offset, int length) {
    Derived derived = get(name);
    return derived.blocks() == null
        ? derived.from().raw(derived.source().name(), offset, length)
        : assembled(name, derived).slice((int) offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The last tensor is kept, for callers that read it in parts. */
  private synchronized ByteBuffer assembled(String name, Derived derived) {
    if (last == null || !last.name().equals(name)) {
      last = new Assembled(name, assemble(derived));
    }
    return last.bytes();
  }

  private static ByteBuffer assemble(Derived derived) {
    ByteBuffer source = derived.from().raw(derived.source().name());
    var bytes =
        ByteBuffer.allocate(
            Elements.toInt(derived.info(), derived.info().byteSize(), "bytes to assemble"));
    Blocks blocks = derived.blocks();
    if (blocks != null) {
      for (int block : blocks.order()) {
        bytes.put(source.slice(block * blocks.bytes(), blocks.bytes()));
      }
    }
    return bytes.flip().asReadOnlyBuffer();
  }

  /** Does nothing: the files belong to the code that opened them. */
  @Override
  public void close() {}
}
