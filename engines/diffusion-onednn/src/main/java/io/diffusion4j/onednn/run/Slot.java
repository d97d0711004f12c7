package io.diffusion4j.onednn.run;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;

import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.View;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.javacpp.Pointer;

/** The memory of one sample during its run. */
final class Slot {
  private final Scope scope;
  private final Memory arena;
  private final Map<Call.Argument, dnnl_memory> memories = new HashMap<>();

  Slot(Scope scope, long bytes) {
    this.scope = scope;
    this.arena = new Memory(scope, bytes);
  }

  FloatBuffer floats(LayerValue value) {
    return floats(value.flat(Range.all(value.size())));
  }

  FloatBuffer floats(View view) {
    var buffer = view.buffer();
    return buffer
        .constant()
        .map(memory -> memory.floats(view.byteOffset(), view.size()))
        .orElseGet(() -> arena.floats(buffer.offset() + view.byteOffset(), view.size()));
  }

  dnnl_exec_arg_t arguments(int count) {
    var list = new dnnl_exec_arg_t(count);
    scope.onClose(list::deallocate);
    return list;
  }

  dnnl_memory memory(Call.Argument argument) {
    return memories.computeIfAbsent(argument, this::create);
  }

  private dnnl_memory create(Call.Argument argument) {
    var buffer = argument.buffer();
    Pointer at =
        buffer
            .constant()
            .map(memory -> memory.at(argument.byteOffset()))
            .orElseGet(() -> arena.at(buffer.offset() + argument.byteOffset()));
    var memory = new dnnl_memory();
    Dnnl.check(
        dnnl_memory_create(memory, argument.description(), Natives.get().engine(), at), "memory");
    scope.onClose(() -> dnnl_memory_destroy(memory));
    return memory;
  }
}
