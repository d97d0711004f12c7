package io.diffusion4j.springboot.test;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask.Kind;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.pipeline.UnclipParts;
import io.diffusion4j.diffusion.pipeline.UnclipPipeline;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/**
 * unCLIP with networks of a few lines: pictures of a disc on a background.
 *
 * <p>An embedding holds the two colours: RGB of the disc and of the background, each in [−1, 1].
 * Texts are hashed into it, and pictures are averaged into it, so that a variation of a drawn
 * picture has its colours.
 */
final class FakePipeline {
  private static final int SMALL = 16;
  private static final int LARGE = 64;
  private static final int EMBEDDING = 6;
  private static final int BACKGROUND = 3; // where its colour begins in an embedding

  /** How much of x₀ is the noisy sample, so that images of other seeds differ. */
  private static final float NOISE = 0.1f;

  /** Guidance without an effect by default, with the limit of usual models. */
  private static final Stage.Scale GUIDANCE = new Stage.Scale(1, 20);

  private FakePipeline() {}

  /** Creates the pipeline, whose images are 64×64. */
  static ImagePipeline pipeline() {
    var parts = parts();
    return new UnclipPipeline(
            () ->
                new ModelIdentity(
                    "stand-in",
                    "discs in place of a model's pictures, for tests",
                    "Apache-2.0",
                    "sha256:" + "0".repeat(64)),
            Pixels.square(LARGE),
            ModelCard.Limits.DEFAULT,
            EnumSet.range(Kind.TEXT_TO_IMAGE, Kind.FROM_EMBEDDING),
            parts)
        .withEmbedder(
            new Embedder(
                EMBEDDING,
                parts.textEncoder(),
                Optional.of(parts.imageEncoder()),
                Optional.of(parts.prior())));
  }

  private static UnclipParts parts() {
    Stage ofPrior = stage(Prior.STAGE, 2).withScale(GUIDANCE);
    Stage ofDecoder =
        stage(ImageDecoder.STAGE, 4).withScale(GUIDANCE).withDraws(Pixels.square(SMALL));
    Stage ofUpsampler = stage(Upsampler.STAGE, 2).withDraws(Pixels.square(LARGE));
    DiffusionStage<Prompt> prior =
        DiffusionStage.of(ofPrior, network(prompt -> prompt.text().embedding()), EMBEDDING);
    DiffusionStage<ImageDecoder.Condition> decoder =
        DiffusionStage.of(
            ofDecoder, network(condition -> disc(condition.imageEmbedding())), 3 * SMALL * SMALL);
    DiffusionStage<Image> upsampler =
        DiffusionStage.of(
            ofUpsampler,
            network(small -> Resize.bicubic(small, LARGE, LARGE).pixels()),
            3 * LARGE * LARGE);
    Prior drawing = prior::sample;
    ImageDecoder decoding =
        (draws, settings, listener) -> images(SMALL, decoder, draws, settings, listener);
    Upsampler enlarging =
        (draws, settings, listener) -> images(LARGE, upsampler, draws, settings, listener);
    return new UnclipParts(
        texts -> texts.stream().map(FakePipeline::encode).toList(),
        drawing.offeredAs(ofPrior),
        images -> images.stream().map(FakePipeline::colours).toList(),
        decoding.offeredAs(ofDecoder),
        enlarging.offeredAs(ofUpsampler));
  }

  private static Stage stage(String name, int steps) {
    var choices =
        new StageChoices(
                Samplers.standard().without("analytic-dpm", "a measurement of a network first"),
                "ddim",
                steps)
            .withSpacings(TimestepSpacings.standard())
            .withTreatments(Thresholding.standard());
    return Stage.denoising(
        name,
        new StageKind.Denoising(
            new CosineSchedule(1000), TimestepSpacings.TRAILING, Thresholding.clip(1), choices));
  }

  private static <C> List<Image> images(
      int size,
      DiffusionStage<C> stage,
      List<Draw<C>> draws,
      SamplingSettings settings,
      SamplingListener listener) {
    return stage.sample(draws, settings, listener).stream()
        .map(pixels -> new Image(size, size, pixels))
        .toList();
  }

  /** A network whose x̂₀ is this function of the condition, with some of the noisy sample. */
  private static <C> Denoiser<C> network(Function<C, float[]> expected) {
    return new Denoiser<>() {
      @Override
      public Parameterization parameterization() {
        return Parameterization.X0;
      }

      @Override
      public List<Prediction> predict(List<Query<C>> queries) {
        return queries.stream()
            .map(query -> mixed(expected.apply(query.condition()), query.xt()))
            .toList();
      }
    };
  }

  private static Prediction mixed(float[] expected, float[] xt) {
    float[] x0 = new float[xt.length];
    for (int i = 0; i < x0.length; i++) {
      x0[i] = (1 - NOISE) * expected[i] + NOISE * xt[i];
    }
    return Prediction.of(x0);
  }

  /** Two colours from the hash of a text; grey for the empty one. */
  private static TextEncoding encode(String text) {
    float[] colours = new float[EMBEDDING];
    if (!text.isBlank()) {
      var random = new Random(text.hashCode()); // a sequence that Java specifies
      for (int i = 0; i < EMBEDDING; i++) {
        colours[i] = 2 * random.nextFloat() - 1;
      }
    }
    return new TextEncoding(new float[] {1}, new boolean[] {true}, colours);
  }

  /** A picture with the two colours. */
  private static float[] disc(float[] colours) {
    float[] pixels = new float[3 * SMALL * SMALL];
    for (int i = 0; i < pixels.length; i++) {
      int pixel = i / 3;
      pixels[i] = colours[colour(pixel % SMALL, pixel / SMALL, SMALL, SMALL) + i % 3];
    }
    return pixels;
  }

  /** The mean colours of the disc and the background of a picture of any size. */
  private static float[] colours(Image image) {
    float[] sums = new float[EMBEDDING];
    int[] counts = new int[EMBEDDING];
    for (int i = 0; i < image.pixels().length; i++) {
      int pixel = i / 3;
      int x = pixel % image.width();
      int y = pixel / image.width();
      int at = colour(x, y, image.width(), image.height()) + i % 3;
      sums[at] += image.pixels()[i];
      counts[at]++;
    }
    for (int i = 0; i < EMBEDDING; i++) {
      sums[i] /= Math.max(1, counts[i]); // a picture of one pixel has no background
    }
    return sums;
  }

  /** Returns where the colour of a pixel begins in an embedding. The disc has half the width. */
  private static int colour(int x, int y, int width, int height) {
    double dx = (x + 0.5) / width - 0.5;
    double dy = (y + 0.5) / height - 0.5;
    return dx * dx + dy * dy < 0.25 * 0.25 ? 0 : BACKGROUND;
  }
}
