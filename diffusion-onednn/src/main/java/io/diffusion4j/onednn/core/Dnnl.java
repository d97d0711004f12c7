package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

/** The errors of oneDNN's C API as exceptions. */
public final class Dnnl {
  private Dnnl() {}

  /**
   * Fails unless a call succeeded.
   *
   * @param status what the call returned
   * @param what was asked for
   */
  public static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new IllegalStateException(
          "oneDNN: "
              + what
              + ": "
              + (status == dnnl_unimplemented ? "not implemented here" : "status " + status));
    }
  }
}
