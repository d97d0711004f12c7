package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.evaluation.Metric.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The table of an evaluation on any data set.
 *
 * <ul>
 *   <li>CLIP score: the cosine of a picture and its caption (Hessel et al. 2021, without their
 *       factor); retrieval: whether its caption is among the 1 or 5 most similar of all captions.
 *       The ceiling is that of real pictures, the floor that of shuffled captions.
 *   <li>Fréchet distance and CMMD between the model's pictures and further real ones. The ceiling
 *       is the distance of the captions' real pictures to the reference, the floor that of flat
 *       pictures.
 *   <li>Nearest training picture: 1 − cosine. The ceiling is the distance of a real picture to the
 *       nearest other one; a model far below it repeats training pictures.
 * </ul>
 */
public final class SpaceMetrics {
  private static final int RESAMPLES = 1_000;

  /** The number of samples, small because each decomposes a matrix or compares all pairs. */
  private static final int DISTANCE_RESAMPLES = 20;

  private final Embedded embedded;
  private final long seed;

  /**
   * Prepares the metrics.
   *
   * @param seed the seed of the shuffling and of the intervals
   */
  public SpaceMetrics(Embedded embedded, long seed) {
    this.embedded = embedded;
    this.seed = seed;
  }

  /** Returns the lines of the table. */
  public List<Metric> all() {
    List<float[]> generated = embedded.generated();
    List<float[]> real = embedded.realVectors();
    List<float[]> shuffled = shuffled(generated);
    var frechet = new FrechetDistance(embedded.others());
    var discrepancy = new MeanDiscrepancy(embedded.others());
    double[] novelty = neighbours().stream().mapToDouble(Neighbour::distance).toArray();
    double[] realNovelty =
        embedded.real().stream()
            .mapToDouble(
                one -> Neighbour.of(one.vector(), one.key(), embedded.trained()).distance())
            .toArray();
    return List.of(
        mean("CLIP score", Kind.SIMILARITY, scores(generated), scores(real), scores(shuffled)),
        mean("retrieval, R@1", Kind.SHARE, hits(generated, 1), hits(real, 1), hits(shuffled, 1)),
        mean("retrieval, R@5", Kind.SHARE, hits(generated, 5), hits(real, 5), hits(shuffled, 5)),
        distance("Fréchet distance", frechet::to),
        distance("CMMD", discrepancy::to),
        mean("nearest training picture", Kind.NOVELTY, novelty, realNovelty));
  }

  /** Returns the training picture that is nearest to each of the model's pictures. */
  public List<Neighbour> neighbours() {
    return embedded.generated().stream()
        .map(vector -> Neighbour.of(vector, "", embedded.trained()))
        .toList();
  }

  private double[] scores(List<float[]> pictures) {
    return values(i -> Vectors.dot(pictures.get(i), embedded.texts().get(i)));
  }

  /** Whether fewer than k other captions are more similar to a picture than its own is. */
  private double[] hits(List<float[]> pictures, int k) {
    return values(
        i -> {
          double own = Vectors.dot(pictures.get(i), embedded.texts().get(i));
          long better =
              IntStream.range(0, pictures.size())
                  .filter(j -> Vectors.dot(pictures.get(i), embedded.texts().get(j)) > own)
                  .mapToObj(embedded.captions()::get)
                  .filter(caption -> !caption.equals(embedded.captions().get(i)))
                  .distinct()
                  .count();
          return better < k ? 1 : 0;
        });
  }

  private double[] values(IntToDoubleFunction value) {
    return IntStream.range(0, embedded.captions().size()).mapToDouble(value).toArray();
  }

  /** Returns the pictures in an order in which each has the place of another. */
  private List<float[]> shuffled(List<float[]> pictures) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, pictures.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    List<float[]> shuffled = new ArrayList<>(pictures);
    for (int i = 0; i < order.size(); i++) {
      shuffled.set(order.get(i), pictures.get(order.get((i + 1) % order.size())));
    }
    return shuffled;
  }

  private Metric mean(String name, Kind kind, double[] generated, double[] ceiling) {
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    return metric(name, kind, bootstrap.mean(generated), bootstrap.mean(ceiling), Optional.empty());
  }

  private Metric mean(
      String name, Kind kind, double[] generated, double[] ceiling, double[] floor) {
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    return metric(
        name,
        kind,
        bootstrap.mean(generated),
        bootstrap.mean(ceiling),
        Optional.of(bootstrap.mean(floor)));
  }

  private Metric distance(String name, ToDoubleFunction<List<float[]>> distance) {
    return metric(
        name,
        Kind.DISTANCE,
        estimate(embedded.generated(), distance),
        estimate(embedded.realVectors(), distance),
        Optional.of(estimate(embedded.flat(), distance)));
  }

  private Estimate estimate(List<float[]> vectors, ToDoubleFunction<List<float[]>> distance) {
    return new Bootstrap(DISTANCE_RESAMPLES, seed)
        .distance(
            vectors.size(),
            indices ->
                distance.applyAsDouble(
                    Arrays.stream(indices).<float[]>mapToObj(vectors::get).toList()));
  }

  private static Metric metric(
      String name, Kind kind, Estimate generated, Estimate ceiling, Optional<Estimate> floor) {
    return new Metric(name, kind, generated, ceiling, floor, Optional.empty(), Optional.empty());
  }

  /**
   * The maximum mean discrepancy of two sets of unit vectors with a Gaussian kernel (Gretton et al.
   * 2012), scaled as CMMD is (Jayasumana et al. 2024, sec. 4): σ = 10 for vectors of length 1,
   * times 1000. The biased estimate, which includes each vector's similarity to itself, is at least
   * 0, and 0 for equal sets. Unlike the Fréchet distance it assumes no distribution, and few
   * vectors suffice.
   */
  static final class MeanDiscrepancy {
    private static final double SIGMA = 10;
    private static final double SCALE = 1000;

    private final List<float[]> reference;
    private final double within;

    /** Creates the measure for a reference of at least one vector. */
    MeanDiscrepancy(List<float[]> reference) {
      Check.that(!reference.isEmpty(), "vectors", "none", "at least one");
      this.reference = List.copyOf(reference);
      this.within = meanKernel(reference, reference);
    }

    /** Returns the discrepancy of another set of at least one vector. */
    double to(List<float[]> other) {
      double value = within + meanKernel(other, other) - 2 * meanKernel(reference, other);
      return SCALE * Math.max(0, value);
    }

    private static double meanKernel(List<float[]> as, List<float[]> bs) {
      double sum = 0;
      for (float[] a : as) {
        for (float[] b : bs) {
          double squaredDistance = Math.max(0, 2 - 2 * Vectors.dot(a, b)); // of unit vectors
          sum += Math.exp(-squaredDistance / (2 * SIGMA * SIGMA));
        }
      }
      return sum / as.size() / bs.size();
    }
  }
}
