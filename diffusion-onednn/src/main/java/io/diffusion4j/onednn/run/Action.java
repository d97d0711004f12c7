package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import java.util.List;
import org.bytedeco.dnnl.dnnl_stream;

/** What is done within a step, before it knows on which memory. */
interface Action {
  /** The same on this memory. */
  Bound bind(Slot slot);

  /** What it reads and writes. */
  List<Buffer> buffers();

  /** What is done on memory. */
  @FunctionalInterface
  interface Bound {
    void run(dnnl_stream stream);
  }
}
