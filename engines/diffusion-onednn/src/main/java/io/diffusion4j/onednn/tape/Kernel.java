package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PlannedMemory;
import io.diffusion4j.onednn.core.PostOps;
import io.diffusion4j.onednn.core.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;

/** A primitive with fixed memory, the element of a {@link Tape}. */
public final class Kernel implements Tape.Step {
  private final String name;
  private final dnnl_primitive primitive;
  private final dnnl_exec_arg_t arguments;
  private final int count;
  private final Set<Buffer> buffers;

  private Kernel(
      String name,
      dnnl_primitive primitive,
      dnnl_exec_arg_t arguments,
      int count,
      Set<Buffer> buffers) {
    this.name = name;
    this.primitive = primitive;
    this.arguments = arguments;
    this.count = count;
    this.buffers = buffers;
  }

  @Override
  public Set<Buffer> buffers() {
    return buffers;
  }

  @Override
  public void run(dnnl_stream stream) {
    Dnnl.check(dnnl_primitive_execute(primitive, stream, count, arguments), name);
  }

  /** A primitive without arguments, which several kernels can use. */
  static final class Builder {
    private final String name;
    private final Scope scope;
    private final PlannedMemory memory;
    private final dnnl_primitive primitive;
    private final Map<Integer, dnnl_memory> arguments = new LinkedHashMap<>();

    Builder(String name, Scope scope, PlannedMemory memory, dnnl_primitive primitive) {
      this.name = name;
      this.scope = scope;
      this.memory = memory;
      this.primitive = primitive;
    }

    Builder with(int argument, Operand value) {
      arguments.put(argument, value.memory());
      return this;
    }

    Builder with(PostOps after) {
      arguments.putAll(after.arguments());
      return this;
    }

    /** Returns the same primitive with other arguments. */
    Builder again() {
      return new Builder(name, scope, memory, primitive);
    }

    Kernel build() {
      var list = new dnnl_exec_arg_t(arguments.size());
      scope.onClose(list::deallocate);
      int i = 0;
      for (var entry : arguments.entrySet()) {
        list.position(i++).arg(entry.getKey()).memory(entry.getValue());
      }
      list.position(0);
      return new Kernel(
          name, primitive, list, arguments.size(), memory.buffers(arguments.values()));
    }
  }
}
