package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.data.ImageEmbedder.Embedded;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.train.Validation;
import io.diffusion4j.prior.OnePassPrior;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.training.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The cosines of embeddings that a prior draws from captions to the embeddings of their own
 * pictures, and to those of other pictures. For a trained prior the first cosine is well above the
 * second; their values depend on CLIP.
 *
 * <p>The embeddings are standardised, since a few axes, of backgrounds and sizes, hold nearly all
 * of CLIP's variance: without, a prior that knows nothing else would be near its own pictures.
 */
final class PriorHealth implements Health {
  private static final int PICTURES = 64;
  private static final int STEPS = 10;

  private final PriorConfig config;
  private final Parameterization parameterization;
  private final Standardization standardization;
  private final Compute compute;
  private final List<float[]> images;
  private final List<TextEncoding> texts;

  /** Encodes the first of these examples. */
  PriorHealth(
      PriorConfig config,
      Parameterization parameterization,
      Standardization standardization,
      Compute compute,
      CaptionedImages examples,
      TextEncoder text,
      ImageEmbedder embedder) {
    this.config = config;
    this.parameterization = parameterization;
    this.standardization = standardization;
    this.compute = compute;
    var pictures = embedder.embed(examples, 0, PICTURES);
    images = pictures.stream().map(Embedded::embedding).map(standardization::apply).toList();
    texts = text.encode(pictures.stream().map(Embedded::caption).toList());
  }

  @Override
  public Map<String, Double> of(TensorSource weights) {
    List<float[]> drawn;
    try (var model = PriorModel.of(config, weights, parameterization, standardization, compute)) {
      drawn = drawn(model);
    }
    return Map.of(
        Validation.PREFIX + "own cosine", cosine(drawn, 0),
        Validation.PREFIX + "other cosine", cosine(drawn, PICTURES / 2));
  }

  /** Draws embeddings, standardised. */
  private List<float[]> drawn(PriorModel model) {
    if (config.course() == PriorConfig.Course.ONE_PASS) {
      List<Draw<Prompt>> draws = new ArrayList<>(PICTURES);
      for (int i = 0; i < PICTURES; i++) {
        draws.add(new Draw<>(new Prompt(texts.get(i), texts.get(i)), new PhiloxNoise(0, i)));
      }
      var prior = new OnePassPrior(model);
      return prior.sample(draws, prior.stage().defaults(), SamplingListener.NONE).stream()
          .map(standardization::apply)
          .toList();
    }
    var stage =
        new DiffusionStage<>(
            Prior.STAGE,
            model.denoiser(),
            new CosineSchedule(UnclipRun.TRAIN_STEPS),
            TimestepSpacings.UNCLIP,
            Thresholding.NONE,
            config.embeddingDim());
    List<Draw<TextEncoding>> draws = new ArrayList<>(PICTURES);
    for (int i = 0; i < PICTURES; i++) {
      draws.add(new Draw<>(texts.get(i), new PhiloxNoise(0, i)));
    }
    return stage.sample(
        draws, new SamplingSettings(new DdimSampler(0), STEPS, 1), SamplingListener.NONE);
  }

  /** Returns the mean cosine of the embedding drawn for a caption and a picture at an offset. */
  private double cosine(List<float[]> drawn, int further) {
    double sum = 0;
    for (int i = 0; i < PICTURES; i++) {
      sum += Vectors.cosine(drawn.get(i), images.get((i + further) % PICTURES));
    }
    return sum / PICTURES;
  }
}
