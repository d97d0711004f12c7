package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Calls of oneDNN's C API: their errors as exceptions, and what a primitive is made of. */
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

  /**
   * Returns the name of a primitive's implementation, such as {@code brg_matmul:avx10_1_512_amx}.
   * Reference code, hundreds of times slower, begins with {@code ref}.
   *
   * @param what the primitive, for the message of an error
   */
  public static String implementation(dnnl_primitive_desc description, String what) {
    try (var text = new PointerPointer<BytePointer>(1)) {
      check(dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, text), what);
      return text.get(BytePointer.class).getString();
    }
  }
}
