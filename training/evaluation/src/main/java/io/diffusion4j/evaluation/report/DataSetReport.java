package io.diffusion4j.evaluation.report;

import static java.util.stream.Collectors.joining;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.evaluation.Metric;
import io.diffusion4j.evaluation.Neighbour;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A folder with {@value HtmlReport#INDEX}: the table, and every picture beside the real one of its
 * caption, with its nearest training picture; and the pictures as PNG files.
 */
public final class DataSetReport {
  private DataSetReport() {}

  /** A picture that a model drew, the real one of its caption, and its nearest training picture. */
  public record Pair(String caption, Image generated, Image real, Neighbour nearest) {}

  /**
   * Writes the folder, creating it if necessary.
   *
   * @param facts the facts that the numbers depend on, such as the model and the seed
   */
  public static void write(
      Path folder, Map<String, Object> facts, List<Metric> metrics, List<Pair> pairs) {
    List<String> generated =
        CaptionedFolder.writeImages(
            folder, "generated", pairs.stream().map(Pair::generated).toList());
    List<String> real =
        CaptionedFolder.writeImages(folder, "real", pairs.stream().map(Pair::real).toList());
    String figures =
        IntStream.range(0, pairs.size())
            .mapToObj(i -> figure(pairs.get(i), generated.get(i), real.get(i)))
            .collect(joining("\n"));
    HtmlReport.write(folder, facts, metrics, "<div class=\"sheet\">\n" + figures + "\n</div>");
  }

  private static String figure(Pair pair, String generated, String real) {
    String caption = HtmlReport.escaped(pair.caption);
    return String.format(
        Locale.ROOT,
        "<figure><img src=\"%s\" alt=\"%s\"> <img src=\"%s\""
            + " alt=\"real\"><figcaption>%s<br>nearest: %s, %.3f</figcaption></figure>",
        HtmlReport.escaped(generated),
        caption,
        HtmlReport.escaped(real),
        caption,
        HtmlReport.escaped(pair.nearest.key()),
        pair.nearest.distance());
  }
}
