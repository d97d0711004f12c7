package io.diffusion4j.onednn.exact;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * The memory in which a thread computes one product after the other, and its kernels. Owned by the
 * thread, from the first run on.
 */
final class Workspace implements AutoCloseable {
  private final Scope scope = new Scope();
  private final Descriptions descriptions = new Descriptions(scope);
  private final dnnl_engine engine = Natives.get().engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final Map<Place, Long> sizes = new EnumMap<>(Place.class);
  private final Map<Place, Memory> memories = new EnumMap<>(Place.class);

  /** A tensor of a product. */
  enum Place {
    /** The first factor, as floats. */
    FIRST,
    /** The second factor, as floats. */
    SECOND,
    /** The first factor in the format of the product. */
    FIRST_CONVERTED,
    /** The second factor in the format of the product. */
    SECOND_CONVERTED,
    /** The sums. */
    SUMS
  }

  Workspace() {
    Dnnl.check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "stream");
    scope.onClose(() -> dnnl_stream_destroy(stream));
  }

  /** Makes room for the numbers of a product, before the first kernel. */
  void reserve(long first, long second, long sums) {
    if (!memories.isEmpty()) {
      throw new IllegalStateException("product: added after the first run");
    }
    sizes.merge(Place.FIRST, first, Math::max);
    sizes.merge(Place.SECOND, second, Math::max);
    sizes.merge(Place.FIRST_CONVERTED, first, Math::max);
    sizes.merge(Place.SECOND_CONVERTED, second, Math::max);
    sizes.merge(Place.SUMS, sums, Math::max);
  }

  private Memory memory(Place place) {
    return memories.computeIfAbsent(place, p -> new Memory(scope, size(p) * Float.BYTES));
  }

  /** Returns the numbers that a tensor has room for. */
  private long size(Place place) {
    return Objects.requireNonNull(sizes.get(place));
  }

  FloatBuffer floats(Place place) {
    return memory(place).floats(0, size(place));
  }

  dnnl_memory_desc strided(DataType type, long[] dims, long... strides) {
    return descriptions.of(type, dims, strides);
  }

  /** Describes images whose channels are next to each other. */
  dnnl_memory_desc images(DataType type, long count, long channels, long height, long width) {
    long[] dims = {count, channels, height, width};
    return strided(type, dims, height * width * channels, 1, width * channels, channels);
  }

  dnnl_memory_desc any(DataType type, long... dims) {
    return descriptions.any(type, dims);
  }

  /** Describes a primitive. */
  @FunctionalInterface
  interface Creation {
    int create(dnnl_primitive_desc description, dnnl_engine engine, dnnl_primitive_attr attributes);
  }

  /** A primitive with fixed arguments. */
  final class Kernel {
    private final String name;
    final dnnl_primitive_desc description = new dnnl_primitive_desc();
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final Map<Integer, dnnl_memory> arguments = new LinkedHashMap<>();
    private dnnl_exec_arg_t list = new dnnl_exec_arg_t(0);

    Kernel(String name, Creation creation) {
      this.name = name;
      var attributes = new dnnl_primitive_attr();
      Dnnl.check(dnnl_primitive_attr_create(attributes), name);
      Dnnl.check(
          dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), name);
      Dnnl.check(creation.create(description, engine, attributes), name);
      dnnl_primitive_attr_destroy(attributes);
      scope.onClose(() -> dnnl_primitive_desc_destroy(description));
      Dnnl.check(dnnl_primitive_create(primitive, description), name);
      scope.onClose(() -> dnnl_primitive_destroy(primitive));
      var needed = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
      long bytes = dnnl_memory_desc_get_size(needed);
      if (bytes > 0) {
        with(DNNL_ARG_SCRATCHPAD, needed, new Memory(scope, bytes), 0);
      }
    }

    Kernel with(int argument, dnnl_memory_desc description, Memory at, long offset) {
      var memory = new dnnl_memory();
      Dnnl.check(dnnl_memory_create(memory, description, engine, at.at(offset)), name);
      scope.onClose(() -> dnnl_memory_destroy(memory));
      arguments.put(argument, memory);
      return this;
    }

    Kernel with(int argument, dnnl_memory_desc description, Place place) {
      return with(argument, description, place, 0);
    }

    Kernel with(int argument, dnnl_memory_desc description, Place place, long offset) {
      return with(argument, description, memory(place), offset);
    }

    Kernel ready() {
      list = new dnnl_exec_arg_t(arguments.size());
      var own = list;
      scope.onClose(own::deallocate);
      int i = 0;
      for (var entry : arguments.entrySet()) {
        list.position(i++).arg(entry.getKey()).memory(entry.getValue());
      }
      list.position(0);
      return this;
    }

    void run() {
      Dnnl.check(dnnl_primitive_execute(primitive, stream, arguments.size(), list), name);
    }
  }

  /** Creates a copy to another order or format. */
  Kernel copy(dnnl_memory_desc from, Memory source, dnnl_memory_desc to, Memory target) {
    return new Kernel("copy", (d, e, a) -> dnnl_reorder_primitive_desc_create(d, from, e, to, e, a))
        .with(DNNL_ARG_SRC, from, source, 0)
        .with(DNNL_ARG_DST, to, target, 0)
        .ready();
  }

  /** Creates a conversion of integers in float32 to 8 bits. */
  Kernel converted(long count, Place source, Place target) {
    var from = strided(DataType.FLOAT32, new long[] {1, count}, count, 1);
    var to = strided(DataType.INT8, new long[] {1, count}, count, 1);
    return copy(from, memory(source), to, memory(target));
  }

  @Override
  public void close() {
    scope.close();
  }
}
