package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.evaluation.Metric;
import io.diffusion4j.evaluation.report.DataSetReport.Pair;
import io.diffusion4j.evaluation.space.Embedded;
import io.diffusion4j.evaluation.space.Embedded.Named;
import io.diffusion4j.evaluation.space.Neighbour;
import io.diffusion4j.evaluation.space.SpaceMetrics;
import io.diffusion4j.nn.engine.Precision;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Measures a model on pictures with captions: draws some of the captions, and compares the results
 * with the pictures of these captions and with others, in the embedding space of a CLIP.
 *
 * @param count the largest number of captions; half of the set if that is less
 * @param seed the seed of the choice, of the pictures and of the intervals
 */
record DataSetEvaluation(
    Console console, DataSetOptions options, PromptDrawer drawer, int count, long seed) {
  private static final int ENCODED_AT_ONCE = 32;

  /** The number of training pictures to compare with. */
  private static final int TRAINED = 4096;

  /** The table, and the pictures to show beside each picture. */
  record Measured(List<Metric> metrics, List<Pair> pairs) {}

  /** A readable picture. */
  private record Real(String key, String caption, Image image) {}

  Measured measure(ImagePipeline pipeline, SamplingOptions stages) {
    int size = pipeline.card().images().width();
    List<Real> asked;
    List<Real> others;
    try (PictureSet pictures = options.pictures()) {
      int half = (int) Math.min(count, pictures.size() / 2);
      List<Long> order = order(pictures);
      asked = some(pictures, order, half, size, true);
      Check.that(asked.size() >= 2, "data", pictures.name(), "four pictures, two with captions");
      others = some(pictures, order, half, size, false);
      Check.that(others.size() >= 2, "data", pictures.name(), "at least four pictures");
    }
    List<String> captions = asked.stream().map(Real::caption).toList();
    List<Image> generated = drawer.draw(pipeline, captions, stages);
    try (var clip =
        ClipEncoders.open(
            options.clip(), Optional.empty(), ModelOptions.compute(Precision.FLOAT32))) {
      console.say("embedding " + (3 * asked.size() + others.size()) + " pictures");
      List<float[]> real = encoded(clip.image(), asked.stream().map(Real::image).toList());
      var embedded =
          new Embedded(
              captions,
              clip.text().encode(captions).stream().map(TextEncoding::embedding).toList(),
              encoded(clip.image(), generated),
              IntStream.range(0, real.size())
                  .mapToObj(i -> new Named(asked.get(i).key, real.get(i)))
                  .toList(),
              encoded(clip.image(), others.stream().map(Real::image).toList()),
              encoded(clip.image(), generated.stream().map(DataSetEvaluation::flat).toList()),
              trained(clip.image(), size));
      var metrics = new SpaceMetrics(embedded, seed);
      List<Neighbour> nearest = metrics.neighbours();
      return new Measured(
          metrics.all(),
          IntStream.range(0, captions.size())
              .mapToObj(
                  i ->
                      new Pair(
                          captions.get(i), generated.get(i), asked.get(i).image, nearest.get(i)))
              .toList());
    }
  }

  private List<Long> order(PictureSet pictures) {
    List<Long> order = new ArrayList<>(LongStream.range(0, pictures.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  /**
   * Takes the first readable pictures from a queue.
   *
   * @param captioned whether a caption is needed
   */
  private List<Real> some(
      PictureSet pictures, List<Long> order, int most, int size, boolean captioned) {
    List<Real> some = new ArrayList<>();
    for (var indices = order.iterator(); some.size() < most && indices.hasNext(); ) {
      long index = indices.next();
      try {
        List<String> captions = pictures.captions(index);
        if (!captioned || !captions.isEmpty()) {
          some.add(
              new Real(
                  pictures.key(index),
                  captions.isEmpty() ? "" : captions.get(0),
                  pictures.square(index, size)));
          indices.remove();
        }
      } catch (UncheckedIOException e) {
        console.say("skipped: " + e.getMessage());
        indices.remove();
      }
    }
    return some;
  }

  private static List<float[]> encoded(ImageEncoder encoder, List<Image> images) {
    List<float[]> embeddings = new ArrayList<>(images.size());
    for (int from = 0; from < images.size(); from += ENCODED_AT_ONCE) {
      int to = Math.min(images.size(), from + ENCODED_AT_ONCE);
      embeddings.addAll(encoder.encode(images.subList(from, to)));
    }
    return embeddings;
  }

  /** Returns evenly spaced readable pictures. */
  private List<Named> trained(ImageEncoder encoder, int size) {
    List<Named> trained = new ArrayList<>();
    try (PictureSet pictures = options.trainedOn();
        var bar = console.bars().bar("trained on", 0, Math.min(TRAINED, pictures.size()))) {
      long most = Math.min(TRAINED, pictures.size());
      List<String> keys = new ArrayList<>();
      List<Image> images = new ArrayList<>();
      for (long i = 0; i < most; i++) {
        long index = i * pictures.size() / most;
        try {
          images.add(pictures.square(index, size));
          keys.add(pictures.key(index));
        } catch (UncheckedIOException e) {
          console.say("skipped: " + e.getMessage());
        }
        if (images.size() == ENCODED_AT_ONCE || i == most - 1) {
          List<float[]> embeddings = encoded(encoder, images);
          for (int j = 0; j < keys.size(); j++) {
            trained.add(new Named(keys.get(j), embeddings.get(j)));
          }
          keys.clear();
          images.clear();
          bar.at(i + 1, "");
        }
      }
    }
    return trained;
  }

  /** Returns a picture filled with the mean colour of another. */
  private static Image flat(Image image) {
    float[] pixels = image.pixels();
    double[] mean = new double[3];
    for (int i = 0; i < pixels.length; i++) {
      mean[i % 3] += 3.0 * pixels[i] / pixels.length;
    }
    float[] flat = new float[pixels.length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) mean[i % 3];
    }
    return new Image(image.width(), image.height(), flat);
  }
}
