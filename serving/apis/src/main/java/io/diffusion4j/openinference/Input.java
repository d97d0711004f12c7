package io.diffusion4j.openinference;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tensors that a model takes. */
enum Input {
  PROMPT("prompt", TensorDatatype.BYTES, true),
  NEGATIVE_PROMPT("negative_prompt", TensorDatatype.BYTES, true),
  SEED("seed", TensorDatatype.UINT64, true),
  IMAGE_COUNT("image_count", TensorDatatype.INT32, false),
  STEPS("steps", TensorDatatype.INT32, false),
  GUIDANCE_SCALE("guidance_scale", TensorDatatype.FP32, false),
  SAMPLER("sampler", TensorDatatype.BYTES, false),
  WIDTH("width", TensorDatatype.INT32, false),
  HEIGHT("height", TensorDatatype.INT32, false);

  private static final String ALL =
      Arrays.stream(values()).map(input -> input.key).collect(Collectors.joining(", "));

  /** The name of the tensor. */
  final String key;

  /** The default type of its elements; other integers, and other numbers, are read as well. */
  final TensorDatatype type;

  /** Whether there may be an element for each prompt. */
  final boolean each;

  Input(String key, TensorDatatype type, boolean each) {
    this.key = key;
    this.type = type;
    this.each = each;
  }

  static Optional<Input> named(String key) {
    return Arrays.stream(values()).filter(input -> input.key.equals(key)).findFirst();
  }

  /** Describes the names. */
  static String expected() {
    return "one of " + ALL;
  }

  /** Returns the path of the tensor in messages. */
  String path() {
    return path(key);
  }

  static String path(String key) {
    return "inputs[\"" + key + "\"]";
  }
}
