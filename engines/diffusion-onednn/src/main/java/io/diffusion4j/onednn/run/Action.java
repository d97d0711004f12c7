package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import java.util.List;
import org.bytedeco.dnnl.dnnl_stream;

/** An action of a step, not yet bound to memory. */
interface Action {
  /** Binds the action to memory. */
  Bound bind(Slot slot);

  /** Returns the buffers that it reads and writes. */
  List<Buffer> buffers();

  /** An action that is bound to memory. */
  @FunctionalInterface
  interface Bound {
    void run(dnnl_stream stream);
  }
}
