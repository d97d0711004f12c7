package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_post_ops;

/**
 * The operations that a primitive applies to its result before writing it, in order.
 *
 * @param steps add themselves to oneDNN's list
 * @param arguments their arguments, by oneDNN's argument numbers
 */
public record PostOps(
    List<Function<dnnl_post_ops, Integer>> steps, Map<Integer, dnnl_memory> arguments) {
  public static final PostOps NOTHING = new PostOps(List.of(), Map.of());

  /** Multiplies the result by a factor. */
  public PostOps scale(float factor) {
    return and(ops -> dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_linear, factor, 0), Map.of());
  }

  /** Adds a tensor to the result. */
  public PostOps add(Operand summand) {
    int argument = (DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (steps.size() + 1)) | DNNL_ARG_SRC_1;
    return and(
        ops -> dnnl_post_ops_append_binary(ops, dnnl_binary_add, summand.description()),
        Map.of(argument, summand.memory()));
  }

  private PostOps and(Function<dnnl_post_ops, Integer> step, Map<Integer, dnnl_memory> read) {
    List<Function<dnnl_post_ops, Integer>> all = new ArrayList<>(steps);
    all.add(step);
    Map<Integer, dnnl_memory> arguments = new LinkedHashMap<>(this.arguments);
    arguments.putAll(read);
    return new PostOps(List.copyOf(all), arguments);
  }
}
