package io.diffusion4j.onednn;

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
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.diffusion4j.tf.nn.NamedTensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;

/** The weights of a program, each once in the order in which its primitives read it. */
final class PackedWeights {
  /** What was packed, and how. */
  private record Packed(dnnl_memory_desc description, Buffer buffer) {}

  /**
   * Weights as they lie in a checkpoint.
   *
   * @param key in the checkpoint
   * @param offset of the first number
   * @param dims as the primitive wants them
   * @param strides of the axes in the checkpoint
   */
  record Plain(String key, long offset, List<Long> dims, List<Long> strides) {}

  private final Pool pool;
  private final Descriptions descriptions;
  private final NamedTensors source;
  private final Map<Plain, List<Packed>> packed = new HashMap<>();
  private final Map<String, Buffer> vectors = new HashMap<>();

  /**
   * None yet.
   *
   * @param scope what holds their memory
   */
  PackedWeights(Scope scope, Descriptions descriptions, NamedTensors source) {
    this.pool = new Pool(scope);
    this.descriptions = descriptions;
    this.source = source;
  }

  /** As numbers on the heap. */
  float[] heap(String key) {
    return source.read(key);
  }

  /** A vector, as it is, in float32. */
  Buffer vector(String key) {
    return vectors.computeIfAbsent(key, k -> constant(source.read(k)));
  }

  private Buffer constant(float[] values) {
    var memory = pool.take((long) values.length * Float.BYTES);
    memory.floats(0, values.length).put(values);
    return Buffer.constant((long) values.length * Float.BYTES, memory);
  }

  /** Weights as a primitive wants them. */
  Buffer pack(Plain plain, dnnl_memory_desc wanted) {
    var known = packed.computeIfAbsent(plain, p -> new ArrayList<>());
    for (Packed one : known) {
      if (dnnl_memory_desc_equal(one.description, wanted) != 0) {
        return one.buffer;
      }
    }
    long bytes = dnnl_memory_desc_get_size(wanted);
    var memory = pool.take(bytes);
    try (var temporary = new Scope()) {
      float[] values = source.read(plain.key);
      var from = new Memory(temporary, (long) values.length * Float.BYTES);
      FloatBuffer floats = from.floats(0, values.length);
      floats.put(values);
      var description =
          descriptions.of(
              DataType.FLOAT32,
              plain.dims.stream().mapToLong(Long::longValue).toArray(),
              plain.strides.stream().mapToLong(Long::longValue).toArray());
      reorder(temporary, description, from, plain.offset * Float.BYTES, wanted, memory);
    }
    var buffer = Buffer.constant(bytes, memory);
    known.add(new Packed(wanted, buffer));
    return buffer;
  }

  private static void reorder(
      Scope scope,
      dnnl_memory_desc from,
      Memory source,
      long offset,
      dnnl_memory_desc to,
      Memory target) {
    dnnl_engine engine = Natives.get().engine();
    var description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_reorder_primitive_desc_create(description, from, engine, to, engine, null), "packing");
    scope.onClose(() -> dnnl_primitive_desc_destroy(description));
    var primitive = new dnnl_primitive();
    Dnnl.check(dnnl_primitive_create(primitive, description), "packing");
    scope.onClose(() -> dnnl_primitive_destroy(primitive));
    var stream = new dnnl_stream();
    Dnnl.check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "stream");
    scope.onClose(() -> dnnl_stream_destroy(stream));
    var in = new dnnl_memory();
    Dnnl.check(dnnl_memory_create(in, from, engine, source.at(offset)), "memory");
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
}
