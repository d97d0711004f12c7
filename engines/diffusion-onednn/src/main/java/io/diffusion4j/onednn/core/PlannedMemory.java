package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;

import java.lang.System.Logger.Level;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_memory;

/**
 * Memory for the values of a program whose kernels are created before its size is known: an {@link
 * Arena}, and the kernels' arguments, which get their addresses when it {@linkplain #allocate is
 * allocated}. Not thread-safe.
 */
public final class PlannedMemory {
  private static final System.Logger LOG = System.getLogger(PlannedMemory.class.getName());

  private final Arena arena = new Arena();
  private final IdentityHashMap<dnnl_memory, Range> ranges = new IdentityHashMap<>();
  private final Set<Buffer> recomputed = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean recomputes;
  private Optional<Memory> allocated = Optional.empty();

  /** Creates memory without buffers. */
  public PlannedMemory() {}

  /** A range of a buffer, from an offset in bytes on. */
  private record Range(Buffer buffer, long offset) {}

  /** Creates a buffer. */
  public Buffer buffer(long bytes) {
    var buffer = arena.buffer(bytes);
    if (recomputes) {
      recomputed.add(buffer);
    }
    return buffer;
  }

  /** Sets whether the values in new buffers are lost when another segment of the program runs. */
  public void recompute(boolean isRecomputed) {
    recomputes = isRecomputed;
  }

  /**
   * Returns whether the values in new buffers are lost when another segment of the program runs.
   */
  public boolean recomputes() {
    return recomputes;
  }

  /** Returns whether the values in a buffer are lost when another segment of the program runs. */
  public boolean isRecomputed(Buffer buffer) {
    return recomputed.contains(buffer);
  }

  /** Gives an argument of kernels its address when the arena is allocated. */
  public void locate(dnnl_memory argument, Buffer buffer, long offset) {
    ranges.put(argument, new Range(buffer, offset));
  }

  /** Returns the buffers of some arguments. */
  public Set<Buffer> buffers(Collection<dnnl_memory> arguments) {
    Set<Buffer> buffers = new LinkedHashSet<>();
    for (dnnl_memory argument : arguments) {
      var range = ranges.get(argument);
      if (range != null) {
        buffers.add(range.buffer);
      }
    }
    return buffers;
  }

  /** Allocates the arena, when the uses of all buffers are known. */
  public void allocate(Scope scope) {
    long bytes = arena.place();
    LOG.log(Level.DEBUG, "values: {0} bytes, at least {1}", bytes, arena.leastBytes());
    var memory = new Memory(scope, Math.max(1, bytes));
    ranges.forEach(
        (argument, range) ->
            Dnnl.check(
                dnnl_memory_set_data_handle(
                    argument, memory.at(range.buffer.offset() + range.offset)),
                "memory"));
    ranges.clear();
    recomputed.clear();
    allocated = Optional.of(memory);
  }

  /** Returns the numbers of a buffer. */
  public FloatBuffer floats(Buffer buffer, long count) {
    return memory(buffer).floats(0, count);
  }

  /** Sets the bytes of a buffer to 0. */
  public void clear(Buffer buffer) {
    memory(buffer).clear(buffer.bytes());
  }

  private Memory memory(Buffer buffer) {
    return buffer
        .constant()
        .orElseGet(
            () ->
                allocated
                    .orElseThrow(() -> new IllegalStateException("memory: not allocated yet"))
                    .from(buffer.offset()));
  }
}
