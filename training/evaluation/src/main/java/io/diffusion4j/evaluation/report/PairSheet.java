package io.diffusion4j.evaluation.report;

import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.evaluation.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs of pictures, one above the other: real pictures of the first held-out prompts, without a
 * selection, above the model's, or others.
 */
public final class PairSheet {
  /** The largest number of pairs of a sheet. */
  public static final int PAIRS = 24;

  private static final int COLUMNS = 8;

  private PairSheet() {}

  /**
   * Returns the sheet, with eight pairs in a row.
   *
   * @throws IllegalArgumentException if none of the prompts is held out
   */
  public static Image of(Result result) {
    List<Integer> chosen =
        IntStream.range(0, result.prompts().size())
            .filter(i -> !result.prompts().prompts().get(i).isSeen())
            .limit(PAIRS)
            .boxed()
            .toList();
    return of(
        chosen.stream().map(result.real()::get).toList(),
        chosen.stream().map(result.generated()::get).toList());
  }

  /**
   * Returns the sheet of these pairs, with eight in a row.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Image of(List<Image> above, List<Image> below) {
    if (above.isEmpty()) {
      throw new IllegalArgumentException("pairs: none (expected: at least one suitable prompt)");
    }
    List<Image> images = new ArrayList<>();
    for (int from = 0; from < above.size(); from += COLUMNS) {
      int to = Math.min(above.size(), from + COLUMNS);
      for (List<Image> row : List.of(above, below)) {
        images.addAll(row.subList(from, to));
        if (from > 0) {
          IntStream.range(to, from + COLUMNS).forEach(i -> images.add(blank(row.get(0))));
        }
      }
    }
    return ContactSheet.of(images, Math.min(COLUMNS, above.size()));
  }

  /** Returns white pictures, to fill the last row. */
  private static Image blank(Image like) {
    float[] white = new float[like.pixels().length];
    Arrays.fill(white, 1);
    return new Image(like.width(), like.height(), white);
  }
}
