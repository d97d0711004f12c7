package io.diffusion4j.evaluation.report;

import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.evaluation.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Real pictures, each above the model's picture of the same prompt: the first held-out prompts,
 * without a selection.
 */
public final class PairSheet {
  private static final int PAIRS = 24;
  private static final int COLUMNS = 8;

  private PairSheet() {}

  /**
   * Returns the sheet, with eight pairs in a row.
   *
   * @throws IllegalArgumentException if the model was trained on all combinations
   */
  public static Image of(Result result) {
    int[] chosen =
        IntStream.range(0, result.prompts().size())
            .filter(i -> !result.prompts().prompts().get(i).isSeen())
            .limit(PAIRS)
            .toArray();
    List<Image> images = new ArrayList<>();
    for (int from = 0; from < chosen.length; from += COLUMNS) {
      int to = Math.min(chosen.length, from + COLUMNS);
      for (List<Image> row : List.of(result.real(), result.generated())) {
        IntStream.range(from, to).forEach(i -> images.add(row.get(chosen[i])));
        if (from > 0) {
          IntStream.range(to, from + COLUMNS).forEach(i -> images.add(blank(row.get(0))));
        }
      }
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException(
          "prompts: all seen in training (expected: at least one that was held out)");
    }
    return ContactSheet.of(images, Math.min(COLUMNS, chosen.length));
  }

  /** Returns white pictures, to fill the last row. */
  private static Image blank(Image like) {
    float[] white = new float[like.pixels().length];
    Arrays.fill(white, 1);
    return new Image(like.width(), like.height(), white);
  }
}
