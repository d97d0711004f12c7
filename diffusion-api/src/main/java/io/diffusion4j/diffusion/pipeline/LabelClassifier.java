package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Classifies pictures by text labels without training (Radford et al. 2021, §3.1.4): a label is
 * represented by the mean direction of its texts, one for each template; the probabilities are the
 * softmax of the scaled cosines. Thread-safe.
 */
public final class LabelClassifier {
  /** Labels as they are. */
  public static final List<String> PLAIN = List.of("{}");

  /** OpenAI's first template. */
  public static final List<String> PHOTO = List.of("a photo of a {}.");

  /** The largest temperature CLIP may learn, and the one its published weights have. */
  public static final double LOGIT_SCALE = 100;

  private static final int CHUNK = 64;

  private final List<String> labels;
  private final List<float[]> directions;
  private final double logitScale;

  /**
   * A label and its probability.
   *
   * @param probability the probability, in [0, 1]
   */
  public record Scored(String label, double probability) {}

  private LabelClassifier(List<String> labels, List<float[]> directions, double logitScale) {
    this.labels = labels;
    this.directions = directions;
    this.logitScale = logitScale;
  }

  /**
   * Embeds the labels.
   *
   * @param labels the labels, at least one, no two the same
   * @param templates texts in which {@code {}} stands for the label, at least one
   * @param logitScale the factor of cosines, such as 100
   */
  public static LabelClassifier of(
      TextEncoder encoder, List<String> labels, List<String> templates, double logitScale) {
    Check.that(!labels.isEmpty(), "labels", "none", "at least one");
    Check.that(
        labels.stream().distinct().count() == labels.size(), "labels", labels, "each label once");
    Check.that(!templates.isEmpty(), "templates", "none", "at least one");
    for (String template : templates) {
      Check.that(template.contains("{}"), "template", template, "a text with {} for the label");
    }
    Check.positive("logitScale", logitScale);
    List<String> texts =
        labels.stream()
            .flatMap(label -> templates.stream().map(template -> template.replace("{}", label)))
            .toList();
    List<float[]> vectors = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += CHUNK) {
      encoder.encode(texts.subList(from, Math.min(texts.size(), from + CHUNK))).stream()
          .map(TextEncoding::embedding)
          .map(LabelClassifier::unit)
          .forEach(vectors::add);
    }
    int each = templates.size();
    List<float[]> directions =
        IntStream.range(0, labels.size())
            .mapToObj(i -> mean(vectors.subList(i * each, (i + 1) * each)))
            .toList();
    return new LabelClassifier(List.copyOf(labels), directions, logitScale);
  }

  private static float[] unit(float[] v) {
    double norm = Math.max(Vectors.length(v), 1e-12);
    float[] unit = new float[v.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (v[i] / norm);
    }
    return unit;
  }

  private static float[] mean(List<float[]> units) {
    float[] sum = units.get(0).clone();
    for (float[] unit : units.subList(1, units.size())) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += unit[i];
      }
    }
    return unit(sum);
  }

  /** Returns the labels, in the order of {@link #probabilities}. */
  public List<String> labels() {
    return labels;
  }

  /**
   * Returns the probability of each label.
   *
   * @param embedding the embedding of a picture
   */
  public double[] probabilities(float[] embedding) {
    double[] logits =
        directions.stream().mapToDouble(d -> logitScale * Vectors.cosine(embedding, d)).toArray();
    double max = Arrays.stream(logits).max().orElseThrow();
    double[] weights = Arrays.stream(logits).map(logit -> Math.exp(logit - max)).toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  /**
   * Returns the most probable labels, best first.
   *
   * @param embedding the embedding of a picture
   * @param count the largest number, at least 1
   */
  public List<Scored> best(float[] embedding, int count) {
    Check.that(count >= 1, "count", count, "≥ 1");
    double[] probabilities = probabilities(embedding);
    return IntStream.range(0, labels.size())
        .mapToObj(i -> new Scored(labels.get(i), probabilities[i]))
        .sorted(Comparator.comparingDouble(Scored::probability).reversed())
        .limit(count)
        .toList();
  }
}
