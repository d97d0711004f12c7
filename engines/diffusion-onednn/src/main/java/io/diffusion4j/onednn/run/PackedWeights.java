package io.diffusion4j.onednn.run;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.HugePages;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.ReturnedPages;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.View;
import io.diffusion4j.onednn.core.WorkerPool;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The weights of a program, each once, in the order in which its primitives read it. A requested
 * weight gets its memory immediately and is written by {@link #fill}, which reads memory-mapped
 * files without a copy on the heap.
 */
public final class PackedWeights {
  /** The order of packed weights, and their memory. */
  private record Packed(
      dnnl_memory_desc description,
      boolean isQuantised,
      Memory memory,
      Buffer buffer,
      boolean isFilled) {}

  /** The scale of each output of quantised weights. */
  private record Scales(Memory memory, View view, boolean isFilled) {}

  /**
   * A view of weights in a checkpoint.
   *
   * @param key the key in the checkpoint
   * @param offset the offset of the first number
   * @param dims the dimensions in the primitive's order of axes
   * @param strides the strides of the axes in the checkpoint
   */
  record Plain(String key, long offset, List<Long> dims, List<Long> strides) {
    /** Returns the number of outputs; the weights of each are contiguous, one after the other. */
    int outputs() {
      boolean isDense = dims.size() == 2; // [in, out], otherwise [out, in, k, k]
      return Math.toIntExact(dims.get(isDense ? 1 : 0));
    }

    /** Returns the number of values, which are contiguous. */
    int size() {
      return Math.toIntExact(dims.stream().reduce(1L, Math::multiplyExact));
    }

    dnnl_memory_desc described(Scope scope, DataType type) {
      return new Descriptions(scope).of(type, array(dims), array(strides));
    }

    private static long[] array(List<Long> values) {
      return values.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private final Slabs slabs;
  private final TensorSource source;
  private final Map<Plain, List<Packed>> packed = new LinkedHashMap<>();
  private final Map<Plain, Scales> scales = new HashMap<>();
  private final Map<String, Buffer> vectors = new HashMap<>();
  private final Optional<PackedWeightCache> kept;

  /**
   * Creates an empty set of weights.
   *
   * @param scope owns their memory
   * @param kept the cache file of packed weights
   */
  public PackedWeights(Scope scope, TensorSource source, Optional<PackedWeightCache> kept) {
    this.slabs = new Slabs(scope);
    this.source = source;
    this.kept = kept;
  }

  /** Reads weights to the heap. */
  float[] heap(String key) {
    return source.read(key);
  }

  /** Returns a vector in float32, in its stored order. */
  Buffer vector(String key) {
    return vectors.computeIfAbsent(key, k -> constant(source.read(k)));
  }

  /** Adds constants that are not weights. */
  Buffer constant(float[] values) {
    var memory = slabs.take((long) values.length * Float.BYTES);
    memory.floats(0, values.length).put(values);
    return Buffer.constant((long) values.length * Float.BYTES, memory);
  }

  /**
   * Allocates memory for weights in a primitive's order.
   *
   * @param wanted must not be released before {@link #fill}
   * @param isQuantised whether they are 8-bit integers, with {@link #scales}
   */
  Buffer pack(Plain plain, dnnl_memory_desc wanted, boolean isQuantised) {
    var known = packed.computeIfAbsent(plain, p -> new ArrayList<>());
    for (Packed one : known) {
      if (dnnl_memory_desc_equal(one.description, wanted) != 0) {
        return one.buffer;
      }
    }
    long bytes = dnnl_memory_desc_get_size(wanted);
    var room = room(bytes, file -> file.place(plain, wanted));
    var buffer = Buffer.constant(bytes, room.memory);
    known.add(new Packed(wanted, isQuantised, room.memory, buffer, room.isFilled));
    return buffer;
  }

  /** Allocates memory for the scales of quantised weights: one number for each output. */
  View scales(Plain plain) {
    return scales.computeIfAbsent(plain, this::allocateScales).view;
  }

  private Scales allocateScales(Plain plain) {
    int outputs = plain.outputs();
    long lines = (outputs * (long) Float.BYTES + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT;
    long bytes = lines * Memory.ALIGNMENT;
    var room = room(bytes, file -> file.scales(plain));
    var buffer = Buffer.constant(bytes, room.memory);
    var view = View.dense(buffer, DataType.FLOAT32, 0, outputs);
    return new Scales(room.memory, view, room.isFilled);
  }

  /** Memory for an entry of the file: mapped, or still to be filled. */
  private record Room(Memory memory, boolean isFilled) {}

  private Room room(long bytes, Function<PackedWeightCache, String> place) {
    // Other sizes would break the alignment of the following entries in a file.
    var keeping = kept.filter(file -> bytes % Memory.ALIGNMENT == 0);
    Optional<String> name = keeping.map(place);
    Optional<Memory> found = keeping.flatMap(file -> file.find(name.orElseThrow(), bytes));
    Memory memory = found.orElseGet(() -> slabs.take(bytes));
    if (found.isEmpty()) {
      keeping.ifPresent(file -> file.keep(name.orElseThrow(), memory, bytes));
    }
    return new Room(memory, found.isPresent());
  }

  /** Writes all weights, on all members of the team. */
  public void fill(WorkerPool team) {
    Queue<Map.Entry<Plain, List<Packed>>> left = new ConcurrentLinkedQueue<>(packed.entrySet());
    team.run(
        (member, stream) -> {
          for (var next = left.poll(); next != null; next = left.poll()) {
            fill(next.getKey(), next.getValue(), stream);
            source
                .stored(next.getKey().key)
                .ifPresent(tensor -> ReturnedPages.ofFile(tensor.bytes()));
          }
        });
    kept.ifPresent(PackedWeightCache::write);
  }

  private void fill(Plain plain, List<Packed> all, dnnl_stream stream) {
    var wide = all.stream().filter(place -> !place.isQuantised && !place.isFilled).toList();
    if (!wide.isEmpty()) {
      fillWide(plain, wide, stream);
    }
    var quantised = all.stream().filter(place -> place.isQuantised).toList();
    Scales known = scales.get(plain);
    boolean isFilled = quantised.stream().allMatch(place -> place.isFilled);
    if (known != null && !(isFilled && known.isFilled)) {
      fillQuantised(plain, quantised, known, stream);
    }
  }

  private void fillQuantised(Plain plain, List<Packed> places, Scales scales, dnnl_stream stream) {
    float[] values = new float[plain.size()];
    source.reader(plain.key).floats(Math.toIntExact(plain.offset), values, 0, values.length);
    var integers = QuantisedWeights.of(values, plain.outputs());
    if (!scales.isFilled) {
      scales.memory.floats(0, integers.scales().length).put(integers.scales());
    }
    try (var temporary = new Scope()) {
      var memory = new Memory(temporary, values.length);
      memory.bytes(0, values.length).put(integers.values());
      var description = plain.described(temporary, DataType.INT8);
      for (Packed place : places) {
        if (!place.isFilled) {
          reorder(temporary, description, memory.at(0), place.description, place.memory, stream);
        }
      }
    }
  }

  private void fillWide(Plain plain, List<Packed> places, dnnl_stream stream) {
    var stored = source.stored(plain.key);
    try (var temporary = new Scope()) {
      var from =
          stored
              .flatMap(tensor -> mapped(tensor, plain))
              .orElseGet(() -> converted(temporary, plain));
      var description = plain.described(temporary, from.type);
      for (Packed place : places) {
        reorder(temporary, description, from.start, place.description, place.memory, stream);
      }
    } finally {
      Reference.reachabilityFence(stored); // oneDNN only has its address
    }
  }

  /** Copies numbers to native memory. */
  private record Native(DataType type, Pointer start) {}

  /** Returns the address of the stored weights, if oneDNN can read them in place. */
  private static Optional<Native> mapped(StoredTensor tensor, Plain plain) {
    var bytes = tensor.bytes();
    if (!bytes.isDirect() || (tensor.dtype() != DType.F32 && tensor.dtype() != DType.BF16)) {
      return Optional.empty();
    }
    DataType type = tensor.dtype() == DType.F32 ? DataType.FLOAT32 : DataType.BFLOAT16;
    var start = new BytePointer(bytes);
    start.position(start.position() + plain.offset * type.bytes());
    boolean aligned = (start.address() + start.position()) % type.bytes() == 0;
    return aligned ? Optional.of(new Native(type, start)) : Optional.empty();
  }

  /** Copies weights to float32. */
  private Native converted(Scope scope, Plain plain) {
    int size = plain.size();
    float[] values = new float[size];
    source.reader(plain.key).floats(Math.toIntExact(plain.offset), values, 0, size);
    var memory = new Memory(scope, (long) size * Float.BYTES);
    memory.floats(0, size).put(values);
    return new Native(DataType.FLOAT32, memory.at(0));
  }

  private static void reorder(
      Scope scope,
      dnnl_memory_desc from,
      Pointer source,
      dnnl_memory_desc to,
      Memory target,
      dnnl_stream stream) {
    dnnl_engine engine = Natives.get().engine();
    var description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_reorder_primitive_desc_create(description, from, engine, to, engine, null), "packing");
    scope.onClose(() -> dnnl_primitive_desc_destroy(description));
    var primitive = new dnnl_primitive();
    Dnnl.check(dnnl_primitive_create(primitive, description), "packing");
    scope.onClose(() -> dnnl_primitive_destroy(primitive));
    var in = new dnnl_memory();
    Dnnl.check(dnnl_memory_create(in, from, engine, source), "memory");
    scope.onClose(() -> dnnl_memory_destroy(in));
    var out = new dnnl_memory();
    Dnnl.check(dnnl_memory_create(out, to, engine, target.at(0)), "memory");
    scope.onClose(() -> dnnl_memory_destroy(out));
    try (var arguments = new dnnl_exec_arg_t(2)) {
      arguments.position(0).arg(DNNL_ARG_SRC).memory(in);
      arguments.position(1).arg(DNNL_ARG_DST).memory(out);
      arguments.position(0);
      Dnnl.check(dnnl_primitive_execute(primitive, stream, 2, arguments), "packing");
    }
  }

  /**
   * Weights as 8-bit integers: symmetric, with a scale for each output, whose largest absolute
   * weight becomes 127.
   *
   * @param values the values of each output, one output after the other
   * @param scales the factor of the integers of each output
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, passed on and forgotten
  record QuantisedWeights(byte[] values, float[] scales) {
    /**
     * The version of the integers and scales of the same weights, and of the way {@link
     * PackedWeights} lays them out. Raise it with every change, or caches keep the old bytes.
     */
    static final int VERSION = 1;

    /** Quantises weights, given the number of weights of each output. */
    static QuantisedWeights of(float[] weights, int outputs) {
      int each = weights.length / outputs;
      byte[] values = new byte[weights.length];
      float[] scales = new float[outputs];
      for (int output = 0; output < outputs; output++) {
        int from = output * each;
        float largest = 0;
        for (int i = from; i < from + each; i++) {
          largest = Math.max(largest, Math.abs(weights[i]));
        }
        scales[output] = SampleScale.of(largest);
        float inverse = 1 / scales[output];
        for (int i = from; i < from + each; i++) {
          values[i] = (byte) Math.rint(weights[i] * inverse);
        }
      }
      return new QuantisedWeights(values, scales);
    }
  }

  /**
   * Memory for many small objects of equal lifetime, taken from a few large slabs, so that they are
   * on huge pages.
   */
  static final class Slabs {
    private static final long SLAB = 4 * HugePages.BYTES;

    private final Scope scope;
    private Memory slab;
    private long used;

    /**
     * Allocates the first slab.
     *
     * @param scope owns the memory
     */
    Slabs(Scope scope) {
      this.scope = scope;
      this.slab = new Memory(scope, SLAB);
    }

    /** Allocates this many bytes, aligned to a cache line. */
    Memory take(long bytes) {
      if (bytes > SLAB) {
        return new Memory(scope, bytes);
      }
      if (used + bytes > SLAB) {
        slab = new Memory(scope, SLAB);
        used = 0;
      }
      Memory taken = slab.from(used);
      used += (bytes + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT * Memory.ALIGNMENT;
      return taken;
    }
  }
}
