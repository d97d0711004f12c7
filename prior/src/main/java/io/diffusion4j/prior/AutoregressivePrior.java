package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * The autoregressive prior (DALL-E 2, §2.2): draws the codes of an image embedding one after the
 * other, by decreasing variance of their components.
 *
 * <p>The token of the dot product is drawn from its upper half. Guidance is on logits: l = l_u +
 * s·(l_c − l_u), where l_u is computed with the negative text and without that token. Its stage has
 * no sampler and a fixed number of steps, one for each code; the guidance scale must be constant,
 * as there are no timesteps. The random number of each code has its own address, so an embedding
 * does not depend on its batch.
 *
 * @param codes the definition of the codes
 * @param dotBuckets D
 * @param temperature the divisor of the logits, positive; 1 draws from the network's own
 *     distribution
 */
public record AutoregressivePrior(
    CodePredictor network, EmbeddingCodes codes, int dotBuckets, double temperature)
    implements Prior {
  /** Addresses the noise; progress is reported under {@link Prior#STAGE}. */
  static final String NOISE = "prior_ar";

  private static final Stage.Scale SCALE = new Stage.Scale(1, 30);

  public AutoregressivePrior {
    Check.that(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature",
        temperature,
        "> 0");
  }

  /** Returns the prior with another temperature. */
  public AutoregressivePrior withTemperature(double other) {
    return new AutoregressivePrior(network, codes, dotBuckets, other);
  }

  @Override
  public Stage stage() {
    return Stage.fixed(STAGE, codes.components().count()).withScale(SCALE);
  }

  @Override
  public List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener) {
    double scale = scale(settings.guidanceScale());
    int count = codes.components().count();
    List<CodePredictor.Query> asked = new ArrayList<>(draws.size());
    List<CodePredictor.Query> unasked = new ArrayList<>(draws.size());
    for (Draw<Prompt> draw : draws) {
      double u = uniform(draw.noise(), NoiseSource.INITIAL);
      int dot = dotBuckets / 2 + (int) (u * (dotBuckets - dotBuckets / 2));
      int[] drawn = new int[count]; // both queries see what is drawn
      asked.add(new CodePredictor.Query(draw.condition().text(), dot, drawn));
      unasked.add(new CodePredictor.Query(draw.condition().negative(), dotBuckets, drawn));
    }
    report(listener, 0, count);
    for (int code = 0; code < count && !draws.isEmpty(); code++) {
      List<float[]> logits = logits(asked, unasked, scale, code);
      for (int row = 0; row < draws.size(); row++) {
        asked.get(row).codes()[code] =
            choose(logits.get(row), uniform(draws.get(row).noise(), code));
      }
      report(listener, code + 1, count);
    }
    return asked.stream().map(query -> codes.decode(query.codes())).toList();
  }

  private static double scale(GuidanceScale scale) {
    if (scale instanceof GuidanceScale.Constant constant) {
      return constant.scale();
    }
    throw Check.refusal("guidanceScale", scale, "a constant one; codes have no timesteps");
  }

  private static void report(SamplingListener listener, int step, int steps) {
    listener.onProgress(new SamplingListener.Progress(STAGE, step, steps, List.of()));
  }

  /** Conditional and unconditional rows in one call; at scale 1 there are no unconditional rows. */
  private List<float[]> logits(
      List<CodePredictor.Query> asked, List<CodePredictor.Query> unasked, double scale, int code) {
    List<CodePredictor.Query> queries = new ArrayList<>(asked);
    if (scale != 1) {
      queries.addAll(unasked);
    }
    List<float[]> answers = network.predict(queries, code);
    for (int i = 0; i < answers.size(); i++) {
      NonFinitePredictionException.check(
          Prediction.of(answers.get(i)),
          STAGE,
          code,
          codes.components().count(),
          code,
          i % asked.size());
    }
    if (scale == 1) {
      return answers;
    }
    List<float[]> guided = new ArrayList<>(asked.size());
    for (int row = 0; row < asked.size(); row++) {
      float[] with = answers.get(row);
      float[] without = answers.get(asked.size() + row);
      float[] logits = new float[with.length];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) (without[i] + scale * (with[i] - without[i]));
      }
      guided.add(logits);
    }
    return guided;
  }

  /**
   * Returns the value at which the distribution function of softmax(logits / temperature) passes u.
   */
  private int choose(float[] logits, double u) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double[] reached = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += StrictMath.exp((logits[i] - most) / temperature);
      reached[i] = sum;
    }
    int value = 0;
    while (value < logits.length - 1 && reached[value] <= u * sum) {
      value++;
    }
    return value;
  }

  /** Returns a uniform number in [0, 1): the direction of a pair of Gaussian numbers is uniform. */
  private static double uniform(NoiseSource noise, int step) {
    float[] pair = noise.gaussian(NOISE, step, 2);
    double turns = StrictMath.atan2(pair[1], pair[0]) / (2 * Math.PI);
    return turns < 0 ? turns + 1 : turns;
  }
}
