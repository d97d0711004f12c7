package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_clone;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** oneDNN's descriptions of memory. */
public final class Descriptions {
  private final Scope scope;

  /** Creates descriptions that are released with a scope. */
  public Descriptions(Scope scope) {
    this.scope = scope;
  }

  /** Describes a view. */
  public dnnl_memory_desc of(View view) {
    return of(view.type(), view.dims(), view.strides());
  }

  /** Describes a tensor by its sizes and strides, in elements. */
  public dnnl_memory_desc of(DataType type, long[] dims, long[] strides) {
    var description = new dnnl_memory_desc();
    Dnnl.check(
        dnnl_memory_desc_create_with_strides(description, dims.length, dims, type.code(), strides),
        () -> "memory of " + Arrays.toString(dims));
    scope.onClose(() -> dnnl_memory_desc_destroy(description));
    return description;
  }

  /** Copies a description that is released earlier. */
  public dnnl_memory_desc copy(dnnl_memory_desc other) {
    var description = new dnnl_memory_desc();
    Dnnl.check(dnnl_memory_desc_clone(description, other), "description of memory");
    scope.onClose(() -> dnnl_memory_desc_destroy(description));
    return description;
  }

  /** Describes memory in the order that the primitive prefers. */
  public dnnl_memory_desc any(DataType type, long... dims) {
    var description = new dnnl_memory_desc();
    Dnnl.check(
        dnnl_memory_desc_create_with_tag(
            description, dims.length, dims, type.code(), dnnl_format_tag_any),
        () -> "memory of " + Arrays.toString(dims));
    scope.onClose(() -> dnnl_memory_desc_destroy(description));
    return description;
  }
}
