package io.diffusion4j.cli.evaluate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.evaluation.Evaluation;
import io.diffusion4j.evaluation.GeneratedMetric;
import io.diffusion4j.evaluation.OpenPrompts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for metrics that need pictures of their own. */
public final class FurtherMetrics {
  @Option(
      names = "--diversity",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Also measure how much the pictures of one prompt differ, for N open-ended "
              + "prompts, such as \"an animal\", and N prompts that name one thing; "
              + OpenPrompts.PICTURES
              + " pictures are drawn for each prompt. 0 measures nothing. Default: "
              + "${DEFAULT-VALUE}")
  private int diversity;

  @Option(
      names = "--variations",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Also draw four variations of each of N real pictures, and measure whether "
              + "they show the same content and how much they differ. 0 measures nothing. "
              + "Default: ${DEFAULT-VALUE}")
  private int variations;

  @Option(
      names = "--similarity",
      paramLabel = "X",
      description =
          "The --similarity of these variations to their pictures, 0 to 1. Default: "
              + "the default of vary")
  private @Nullable Double similarity;

  @SuppressWarnings("UnusedMethod") // by its option
  @Option(names = "--likeness", hidden = true, description = "The former name of --similarity.")
  private void setLikeness(Double value) {
    similarity = value;
  }

  /** Checks the options. */
  public void check() {
    Check.that(diversity >= 0, "diversity", diversity, "≥ 0");
    Check.that(variations >= 0, "variations", variations, "≥ 0");
    if (similarity != null) {
      Check.share("similarity", similarity);
      Check.that(variations > 0, "similarity", similarity, "none without --variations");
    }
  }

  /**
   * Refuses the options.
   *
   * @param expected the expectation, with its reason
   */
  void requireNone(String expected) {
    Check.that(diversity == 0, "diversity", diversity, expected);
    Check.that(variations == 0, "variations", variations, expected);
  }

  /** Returns whether any such metric is requested. */
  public boolean areGiven() {
    return diversity > 0 || variations > 0;
  }

  /** Returns the metrics, in the order of the table. */
  public List<GeneratedMetric> of(Evaluation evaluation) {
    List<GeneratedMetric> metrics = new ArrayList<>();
    if (diversity > 0) {
      metrics.add(evaluation.diversity(diversity));
      metrics.add(evaluation.diversityOfThings(diversity));
    }
    if (variations > 0) {
      metrics.add(
          similarity == null
              ? evaluation.variations(variations)
              : evaluation.variations(variations, similarity));
    }
    return metrics;
  }
}
