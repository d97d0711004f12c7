package io.diffusion4j.nn.engine;

import java.util.List;

/** The number format of activations and matrix products in an engine. */
public enum Precision {
  FLOAT32("f32"),
  /** Half the bits of float32 with its full exponent; products are summed in float32. */
  BFLOAT16("bf16"),
  /**
   * Products of 8-bit integers, with a scale for each output channel of the weights and one for
   * each sample of the activations; only for running. The layers that {@link
   * io.diffusion4j.nn.QuantisedLayers} leaves out, and everything between products, are in a
   * floating-point format.
   */
  INT8("int8"),
  /**
   * Exact products of integers, and everything else in a fixed order: the same bits on every
   * machine; only for running. See {@link io.diffusion4j.nn.exact}.
   */
  EXACT("exact");

  /** The formats in which networks can be trained and differentiated. */
  public static final List<Precision> FLOATING = List.of(FLOAT32, BFLOAT16);

  private final String word;

  Precision(String word) {
    this.word = word;
  }

  /** Returns the name in options, configuration files and recipes. */
  public String word() {
    return word;
  }
}
