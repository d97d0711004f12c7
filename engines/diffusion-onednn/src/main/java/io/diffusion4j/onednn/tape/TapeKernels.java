package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PlannedMemory;
import io.diffusion4j.onednn.core.PostOps;
import io.diffusion4j.onednn.core.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.Pointer;

/**
 * Creates kernels and their memory, both with the lifetime of the scope. Memory is exclusive, or a
 * buffer of the tape's arena.
 */
public final class TapeKernels {
  private final Scope scope;
  private final Descriptions descriptions;
  private final dnnl_engine engine = Natives.get().engine();
  private final PlannedMemory memory = new PlannedMemory();
  private final List<String> implementations = new ArrayList<>();

  /** Creates kernels that are released with a scope. */
  public TapeKernels(Scope scope) {
    this.scope = scope;
    this.descriptions = new Descriptions(scope);
  }

  /** Creates a description of a primitive. */
  @FunctionalInterface
  interface Creation {
    int create(dnnl_primitive_desc description, dnnl_engine engine, dnnl_primitive_attr attributes);
  }

  /** Allocates zeroed, exclusive memory. */
  public Memory allocate(long bytes) {
    var exclusive = new Memory(scope, bytes);
    exclusive.clear(bytes);
    return exclusive;
  }

  /** Returns the {@linkplain Dnnl#implementation implementations} of all primitives so far. */
  List<String> implementations() {
    return List.copyOf(implementations);
  }

  /** Returns the memory of the tape's values. */
  PlannedMemory memory() {
    return memory;
  }

  /** Allocates the memory of the tape's values, when the uses of all buffers are known. */
  void allocateValues() {
    memory.allocate(scope);
  }

  /** Describes memory by sizes and strides, in elements. */
  public dnnl_memory_desc strided(DataType type, long[] dims, long... strides) {
    return descriptions.of(type, dims, strides);
  }

  /** Describes row-major memory. */
  public dnnl_memory_desc dense(DataType type, long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return descriptions.of(type, dims, strides);
  }

  /** Describes memory in the order that the primitive prefers. */
  dnnl_memory_desc any(DataType type, long... dims) {
    return descriptions.any(type, dims);
  }

  /** Copies a description that is released earlier. */
  dnnl_memory_desc lasting(dnnl_memory_desc other) {
    return descriptions.copy(other);
  }

  /** Returns memory at an address, as an argument of kernels. */
  public Operand memory(dnnl_memory_desc description, Pointer at) {
    var argument = new dnnl_memory();
    Dnnl.check(dnnl_memory_create(argument, description, engine, at), "memory");
    scope.onClose(() -> dnnl_memory_destroy(argument));
    return new Operand(description, argument);
  }

  /** Returns a buffer from an offset in bytes on. */
  Operand memory(dnnl_memory_desc description, Buffer buffer, long offset) {
    if (buffer.constant().isPresent()) {
      return memory(description, buffer.constant().get().at(offset));
    }
    var argument = memory(description, new Pointer());
    memory.locate(argument.memory(), buffer, offset);
    return argument;
  }

  /** Allocates exclusive memory. */
  Operand memory(dnnl_memory_desc description) {
    return memory(description, allocate(dnnl_memory_desc_get_size(description)).at(0));
  }

  /** Creates a buffer of the tape's arena. */
  Operand buffer(dnnl_memory_desc description) {
    return memory(description, memory.buffer(dnnl_memory_desc_get_size(description)), 0);
  }

  /** Returns the description of a primitive, to query its preferred orders and to create it. */
  dnnl_primitive_desc describe(String name, PostOps after, Creation creation) {
    var description = new dnnl_primitive_desc();
    Dnnl.check(creation.create(description, engine, attributes(name, after)), name);
    scope.onClose(() -> dnnl_primitive_desc_destroy(description));
    return description;
  }

  /** Returns the order of weights that a primitive prefers, released with the primitive's scope. */
  static dnnl_memory_desc wantedWeights(dnnl_primitive_desc description) {
    return dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
  }

  Kernel.Builder primitive(String name, dnnl_primitive_desc description) {
    var primitive = new dnnl_primitive();
    Dnnl.check(dnnl_primitive_create(primitive, description), name);
    scope.onClose(() -> dnnl_primitive_destroy(primitive));
    implementations.add(Dnnl.implementation(description, name));
    return new Kernel.Builder(name, scope, memory, primitive);
  }

  Kernel.Builder primitive(String name, PostOps after, Creation creation) {
    return primitive(name, describe(name, after, creation)).with(after);
  }

  private dnnl_primitive_attr attributes(String name, PostOps after) {
    var operations = new dnnl_post_ops();
    Dnnl.check(dnnl_post_ops_create(operations), name);
    scope.onClose(() -> dnnl_post_ops_destroy(operations));
    after.steps().forEach(step -> Dnnl.check(step.apply(operations), name));
    var attributes = new dnnl_primitive_attr();
    Dnnl.check(dnnl_primitive_attr_create(attributes), name);
    scope.onClose(() -> dnnl_primitive_attr_destroy(attributes));
    Dnnl.check(dnnl_primitive_attr_set_post_ops(attributes, operations), name);
    return attributes;
  }

  /** Returns the description of a primitive without post-operations. */
  dnnl_primitive_desc describe(String name, Creation creation) {
    return describe(name, PostOps.NOTHING, creation);
  }

  Kernel.Builder primitive(String name, Creation creation) {
    return primitive(name, PostOps.NOTHING, creation);
  }

  /** Creates a copy to another order or number format. */
  Kernel copy(Operand from, Operand to) {
    return primitive(
            "copy",
            (d, e, a) ->
                dnnl_reorder_primitive_desc_create(
                    d, from.description(), e, to.description(), e, a))
        .with(DNNL_ARG_FROM, from)
        .with(DNNL_ARG_TO, to)
        .build();
  }

  /** Creates a copy to another number format, multiplied by a factor that is read at each run. */
  public Kernel scaled(Operand from, Operand factor, Operand to) {
    return primitive(
            "scaled copy",
            (d, e, a) -> {
              Dnnl.check(dnnl_primitive_attr_set_scales_mask(a, DNNL_ARG_SRC, 0), "factor");
              return dnnl_reorder_primitive_desc_create(
                  d, from.description(), e, to.description(), e, a);
            })
        .with(DNNL_ARG_FROM, from)
        .with(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, factor)
        .with(DNNL_ARG_TO, to)
        .build();
  }

  /** Creates a·b or a + b, elementwise; b is broadcast along axes of size 1. */
  Kernel binary(int algorithm, Operand a, Operand b, Operand result, PostOps after) {
    return primitive(
            "binary",
            after,
            (d, e, attr) ->
                dnnl_binary_primitive_desc_create(
                    d, e, algorithm, a.description(), b.description(), result.description(), attr))
        .with(DNNL_ARG_SRC_0, a)
        .with(DNNL_ARG_SRC_1, b)
        .with(DNNL_ARG_DST, result)
        .build();
  }

  /** Creates a matrix product. */
  public Kernel product(Operand a, Operand b, Operand result) {
    return product(a, b, result, PostOps.NOTHING);
  }

  /** Creates a matrix product with post-operations. */
  public Kernel product(Operand a, Operand b, Operand result, PostOps after) {
    return primitive(
            "product",
            after,
            (d, e, attr) ->
                dnnl_matmul_primitive_desc_create(
                    d, e, a.description(), b.description(), null, result.description(), attr))
        .with(DNNL_ARG_SRC, a)
        .with(DNNL_ARG_WEIGHTS, b)
        .with(DNNL_ARG_DST, result)
        .build();
  }
}
