package io.diffusion4j.nn.train.group;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The format of numbers on their way between processes. */
public enum Wire {
  /** Numbers travel as they are. */
  FLOAT32("f32"),
  /**
   * Half the traffic: a process rounds what it sends to the nearest bfloat16, ties to even. Numbers
   * are added in float32; in a sum of more than two processes, the result of a {@link Round} is
   * rounded again before the next one. All processes still get the same bits, but the bits depend
   * on the number of processes. A process by itself sends nothing, so it rounds nothing.
   */
  BFLOAT16("bf16");

  private final String word;

  Wire(String word) {
    this.word = word;
  }

  /** Returns the name in options and training states. */
  public String word() {
    return word;
  }

  /**
   * Returns the format with a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Wire of(String word) {
    return Arrays.stream(values())
        .filter(wire -> wire.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(
                    "sums",
                    word,
                    Arrays.stream(values()).map(Wire::word).collect(Collectors.joining(" or "))));
  }
}
