package io.diffusion4j.evaluation.report;

import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.evaluation.Embedded;
import io.diffusion4j.evaluation.Embedded.Named;
import io.diffusion4j.evaluation.Metric;
import io.diffusion4j.evaluation.Neighbour;
import io.diffusion4j.evaluation.SpaceMetrics;
import io.diffusion4j.evaluation.report.DataSetReport.Pair;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Measures a model on pictures with captions: draws some of the captions, and compares the results
 * with the pictures of these captions and with others, in the embedding space of a CLIP.
 *
 * @param pictures opens the pictures to compare with
 * @param trainedOn opens the pictures that the model was trained on, to detect repeated ones
 * @param count the largest number of captions; half of the set if that is less
 * @param seed the seed of the choice, of the pictures and of the intervals
 */
public record DataSetEvaluation(
    Supplier<? extends PictureSet> pictures,
    Supplier<? extends PictureSet> trainedOn,
    int count,
    long seed,
    Listener listener) {
  private static final int ENCODED_AT_ONCE = 32;

  /** The number of training pictures to compare with. */
  private static final int TRAINED = 4096;

  /** The table, and the pictures to show beside each picture. */
  public record Measured(List<Metric> metrics, List<Pair> pairs) {}

  /** Gets notes and progress. */
  public interface Listener {
    /** Called with a line about a picture or a stage of the work. */
    void onNote(String line);

    /** Called while training pictures are embedded. */
    void onTrainingPictures(long done, long all);
  }

  /** A readable picture. */
  private record Real(String key, String caption, Image image) {}

  /**
   * Draws and measures.
   *
   * @param size the width and height of the model's images
   * @param draw draws an image of each caption
   * @param clip the towers of the CLIP that the images are compared by
   */
  public Measured measure(int size, Function<List<String>, List<Image>> draw, ClipEncoders clip) {
    List<Real> asked;
    List<Real> others;
    try (PictureSet set = pictures.get()) {
      int half = (int) Math.min(count, set.size() / 2);
      List<Long> order = order(set);
      asked = some(set, order, half, size, true);
      Check.that(asked.size() >= 2, "data", set.name(), "four pictures, two with captions");
      others = some(set, order, half, size, false);
      Check.that(others.size() >= 2, "data", set.name(), "at least four pictures");
    }
    List<String> captions = asked.stream().map(Real::caption).toList();
    List<Image> generated = draw.apply(captions);
    listener.onNote("embedding " + (3 * asked.size() + others.size()) + " pictures");
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
                    new Pair(captions.get(i), generated.get(i), asked.get(i).image, nearest.get(i)))
            .toList());
  }

  private List<Long> order(PictureSet set) {
    List<Long> order = new ArrayList<>(LongStream.range(0, set.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  /**
   * Takes the first readable pictures from a queue.
   *
   * @param captioned whether a caption is needed
   */
  private List<Real> some(
      PictureSet from, List<Long> order, int most, int size, boolean captioned) {
    List<Real> some = new ArrayList<>();
    for (var indices = order.iterator(); some.size() < most && indices.hasNext(); ) {
      long index = indices.next();
      try {
        List<String> captions = from.captions(index);
        if (!captioned || !captions.isEmpty()) {
          some.add(
              new Real(
                  from.key(index),
                  captions.isEmpty() ? "" : captions.get(0),
                  from.square(index, size)));
          indices.remove();
        }
      } catch (UncheckedIOException e) {
        listener.onNote("skipped: " + e.getMessage());
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
    try (PictureSet set = trainedOn.get()) {
      long most = Math.min(TRAINED, set.size());
      List<String> keys = new ArrayList<>();
      List<Image> images = new ArrayList<>();
      for (long i = 0; i < most; i++) {
        long index = i * set.size() / most;
        try {
          images.add(set.square(index, size));
          keys.add(set.key(index));
        } catch (UncheckedIOException e) {
          listener.onNote("skipped: " + e.getMessage());
        }
        if (images.size() == ENCODED_AT_ONCE || i == most - 1) {
          List<float[]> embeddings = encoded(encoder, images);
          for (int j = 0; j < keys.size(); j++) {
            trained.add(new Named(keys.get(j), embeddings.get(j)));
          }
          keys.clear();
          images.clear();
          listener.onTrainingPictures(i + 1, most);
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
