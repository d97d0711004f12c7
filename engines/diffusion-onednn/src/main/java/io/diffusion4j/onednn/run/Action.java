package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.View;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_stream;

/** An action of a step, not yet bound to memory. */
interface Action {
  /** Binds the action to memory. */
  Bound bind(Slot slot);

  /** Returns the buffers that it reads and writes. */
  List<Buffer> buffers();

  /** Creates an action that reads and writes these views. */
  static Action of(List<View> views, Function<Slot, Bound> bind) {
    return new Action() {
      @Override
      public Bound bind(Slot slot) {
        return bind.apply(slot);
      }

      @Override
      public List<Buffer> buffers() {
        return views.stream().map(View::buffer).toList();
      }
    };
  }

  /** An action that is bound to memory. */
  @FunctionalInterface
  interface Bound {
    void run(dnnl_stream stream);
  }
}
