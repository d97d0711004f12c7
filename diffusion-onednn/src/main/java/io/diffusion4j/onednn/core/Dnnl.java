package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

import java.util.function.Supplier;

/** Converts the errors of oneDNN's C API to exceptions. */
public final class Dnnl {
  private Dnnl() {}

  /**
   * Throws an exception unless a call succeeded.
   *
   * @param status the status that the call returned
   * @param what the operation, for the message
   */
  public static void check(int status, String what) {
    check(status, () -> what);
  }

  /**
   * Throws an exception unless a call succeeded.
   *
   * @param status the status that the call returned
   * @param what returns the operation, for the message
   */
  public static void check(int status, Supplier<String> what) {
    if (status != dnnl_success) {
      throw new IllegalStateException(
          "oneDNN: "
              + what.get()
              + ": "
              + (status == dnnl_unimplemented ? "not implemented here" : "status " + status));
    }
  }
}
