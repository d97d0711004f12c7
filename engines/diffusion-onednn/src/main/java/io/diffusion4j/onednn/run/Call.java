package io.diffusion4j.onednn.run;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.Dnnl;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;

/**
 * The execution of a primitive.
 *
 * @param name its name, for errors
 * @param arguments the arguments by oneDNN's argument numbers
 */
record Call(String name, dnnl_primitive primitive, Map<Integer, Argument> arguments)
    implements Action {
  /** An argument of a primitive: its memory and its description. */
  record Argument(Buffer buffer, long byteOffset, dnnl_memory_desc description) {}

  @Override
  public List<Buffer> buffers() {
    return arguments.values().stream().map(Argument::buffer).toList();
  }

  @Override
  public Bound bind(Slot slot) {
    int count = arguments.size();
    var list = slot.arguments(count);
    int i = 0;
    for (var entry : arguments.entrySet()) {
      dnnl_memory memory = slot.memory(entry.getValue());
      list.position(i++).arg(entry.getKey()).memory(memory);
    }
    list.position(0);
    return stream -> Dnnl.check(dnnl_primitive_execute(primitive, stream, count, list), name);
  }
}
