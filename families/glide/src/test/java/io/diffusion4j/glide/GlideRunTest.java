package io.diffusion4j.glide;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.glide.GlideCondition.Known;
import io.diffusion4j.glide.GlidePipeline.KnownPixels;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole runs beside loops that are written out from the papers and GLIDE's demonstrations, in
 * double arithmetic and for one image: nothing but the networks, which have golden values of their
 * own, is shared with what is tested.
 *
 * <p>The tolerance is that of float32 through a first step that divides by √ᾱ (2·10⁴ in the base,
 * where clipping hides most of it).
 */
class GlideRunTest {
  private static final double TOLERANCE = 2e-4;
  private static final String PROMPT = "a cat";
  private static final ImageTask TASK = ImageTask.of(PROMPT);
  private static final NoiseSource NOISE = new PhiloxNoise(3, 0);

  @TempDir Path folder = Path.of("");

  /** Cosine and linear ᾱ of 1000 steps (Nichol &amp; Dhariwal 2021, eq. 17; Ho et al. 2020, §4). */
  private static double[] alphaBars(boolean cosine) {
    double[] alphaBars = new double[1000];
    double product = 1;
    for (int t = 0; t < 1000; t++) {
      double beta =
          cosine
              ? Math.min(1 - level((t + 1) / 1000.0) / level(t / 1000.0), 0.999)
              : 1e-4 + (0.02 - 1e-4) * t / 999;
      product *= 1 - beta;
      alphaBars[t] = product;
    }
    return alphaBars;
  }

  private static double level(double u) {
    return Math.pow(Math.cos((u + 0.008) / 1.008 * Math.PI / 2), 2);
  }

  private static double[] initial(String stage, int size, double scale) {
    float[] noise = NOISE.gaussian(stage, NoiseSource.INITIAL, size * size * 3);
    double[] x = new double[noise.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (noise[i] * scale);
    }
    return x;
  }

  private static Prediction ask(GlideModel model, double[] x, int t, GlideCondition condition) {
    float[] xt = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      xt[i] = (float) x[i];
    }
    return model.denoiser().predict(List.of(new Query<>(xt, t, condition))).get(0);
  }

  private static double x0(double x, double eps, double aBar, Optional<Known> known, int i) {
    double x0 = (x - Math.sqrt(1 - aBar) * eps) / Math.sqrt(aBar);
    if (known.isPresent() && known.get().mask()[i / 3] == 1) {
      x0 = known.get().image().pixels()[i];
    }
    return Math.max(-1, Math.min(1, x0));
  }

  /** Ancestral steps with a learned variance (Nichol &amp; Dhariwal 2021, eq. 15). */
  private static Image ancestral(
      String stage,
      GlideModel model,
      double[] start,
      int[] timesteps,
      double[] alphaBars,
      GlideCondition condition,
      Optional<GlideCondition> nothing,
      double scale) {
    double[] x = start;
    int size = model.config().unet().sampleSize();
    for (int step = 0; step < timesteps.length; step++) {
      int t = timesteps[step];
      boolean last = step + 1 == timesteps.length;
      double aBar = alphaBars[t];
      double aBarNext = last ? 1 : alphaBars[timesteps[step + 1]];
      double beta = 1 - aBar / aBarNext;
      Prediction conditional = ask(model, x, t, condition);
      double[] next = new double[x.length];
      Prediction unconditional =
          nothing.isPresent() ? ask(model, x, t, nothing.get()) : conditional;
      float[] z = last ? new float[x.length] : NOISE.gaussian(stage, step, x.length);
      for (int i = 0; i < x.length; i++) {
        double eps =
            unconditional.output()[i]
                + scale * (conditional.output()[i] - unconditional.output()[i]);
        double x0 = x0(x[i], eps, aBar, condition.known(), i);
        double mean =
            Math.sqrt(aBarNext) * beta / (1 - aBar) * x0
                + Math.sqrt(1 - beta) * (1 - aBarNext) / (1 - aBar) * x[i];
        double f = (conditional.variance()[i] + 1) / 2;
        double logVariance =
            last ? 0 : f * Math.log(beta) + (1 - f) * Math.log((1 - aBarNext) / (1 - aBar) * beta);
        next[i] = mean + Math.exp(logVariance / 2) * z[i];
      }
      x = next;
    }
    return image(size, x);
  }

  /** Deterministic steps (J. Song et al. 2021, eq. 12 with σ = 0), ε̂ made from the clipped x̂₀. */
  private static Image deterministic(
      GlideModel model,
      double[] start,
      int[] timesteps,
      double[] alphaBars,
      GlideCondition condition) {
    double[] x = start;
    for (int step = 0; step < timesteps.length; step++) {
      double aBar = alphaBars[timesteps[step]];
      double aBarNext = step + 1 == timesteps.length ? 1 : alphaBars[timesteps[step + 1]];
      float[] answer = ask(model, x, timesteps[step], condition).output();
      double[] next = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        double x0 = x0(x[i], answer[i], aBar, Optional.empty(), i);
        double eps = (x[i] - Math.sqrt(aBar) * x0) / Math.sqrt(1 - aBar);
        next[i] = Math.sqrt(aBarNext) * x0 + Math.sqrt(1 - aBarNext) * eps;
      }
      x = next;
    }
    return image(model.config().unet().sampleSize(), x);
  }

  private static Image image(int size, double[] x) {
    float[] pixels = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      pixels[i] = (float) x[i];
    }
    return new Image(size, size, pixels);
  }

  private static Image low(Image small) {
    float[] pixels = small.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (Math.rint((pixels[i] + 1) * 127.5) / 127.5 - 1);
    }
    var bytes = new Image(small.width(), small.height(), pixels);
    return Resize.bilinear(bytes, TinyGlide.LARGE, TinyGlide.LARGE);
  }

  private GlideModel model(String name) throws IOException {
    var tokenizer = Gpt2Tokenizer.load(folder.resolve(GlideNetworks.TOKENIZER));
    return GlideModel.load(folder.resolve(name), tokenizer, Compute.of(Precision.FLOAT32));
  }

  /** With the defaults of the demonstration but for few steps. */
  private static GlideDrawing draw(GlideNetworks networks, ImageTask task) {
    var stages = new HashMap<>(GlideDrawing.pipeline(networks.parts(), true).defaults(task.kind()));
    stages.computeIfPresent(GlideParts.BASE, (stage, own) -> own.withSteps(3));
    stages.computeIfPresent(GlideParts.UPSAMPLER, (stage, own) -> own.withSteps(2));
    return GlideDrawing.of(networks.parts(), task, stages, List.of(NOISE));
  }

  @Test
  void aTextBecomesThePictureOfTheDemonstration() throws IOException {
    TinyGlide.write(folder, ConcatConditioning.NOTHING, ConcatConditioning.LOW);
    try (var pipeline = GlideNetworks.load(folder, Compute.of(Precision.FLOAT32));
        var base = model(GlideNetworks.BASE);
        var upsampler = model(GlideNetworks.UPSAMPLE)) {
      var drawn = draw(pipeline, TASK);
      var texts = base.encode(List.of(PROMPT, ""));
      Image small =
          ancestral(
              GlideParts.BASE,
              base,
              initial(GlideParts.BASE, TinyGlide.SMALL, 1),
              new int[] {999, 500, 0},
              alphaBars(true),
              GlideCondition.of(texts.get(0)),
              Optional.of(GlideCondition.of(texts.get(1))),
              3);
      Image large =
          deterministic(
              upsampler,
              initial(GlideParts.UPSAMPLER, TinyGlide.LARGE, 0.997),
              new int[] {999, 0},
              alphaBars(false),
              GlideCondition.of(upsampler.encode(List.of(PROMPT)).get(0)).beside(low(small)));
      assertClose(drawn.small().get(0).pixels(), small.pixels(), TOLERANCE);
      assertClose(drawn.images().get(0).pixels(), large.pixels(), TOLERANCE);
    }
  }

  /** A picture of 32×32 pixels whose right half, and a little more, is to be drawn. */
  private static KnownPixels half() {
    float[] pixels = new float[32 * 32 * 3];
    float[] mask = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (i % 96) / 48f - 1;
      mask[i] = i % 96 / 3 < 15 ? -1 : 1;
    }
    return new KnownPixels(new Image(32, 32, pixels), new Image(32, 32, mask));
  }

  private static ImageTask completing() {
    return new ImageTask.Inpaint(
        half().image(), half().mask(), new ImageTask.Words(PROMPT, ""), Resampling.NONE);
  }

  @Test
  void aPictureIsCompletedAsInTheDemonstration() throws IOException {
    TinyGlide.write(folder, ConcatConditioning.KNOWN, ConcatConditioning.KNOWN_AND_LOW);
    var smallKnown = half().at(TinyGlide.SMALL);
    var largeKnown = half().above(TinyGlide.SMALL, TinyGlide.LARGE);
    for (int i = 0;
        i < TinyGlide.SMALL;
        i++) { // a column of four pixels that is partly to be drawn
      assertThat(smallKnown.mask()[i]).isEqualTo(i < 3 ? 1f : 0f);
    }
    for (int i = 0; i < TinyGlide.LARGE; i++) {
      assertThat(largeKnown.mask()[i]).isEqualTo(i < 6 ? 1f : 0f);
    }
    try (var pipeline = GlideNetworks.load(folder, Compute.of(Precision.FLOAT32));
        var base = model(GlideNetworks.BASE);
        var upsampler = model(GlideNetworks.UPSAMPLE)) {
      var drawn = draw(pipeline, completing());
      var texts = base.encode(List.of(PROMPT, ""));
      Image small =
          ancestral(
              GlideParts.BASE,
              base,
              initial(GlideParts.BASE, TinyGlide.SMALL, 1),
              new int[] {999, 500, 0},
              alphaBars(true),
              GlideCondition.of(texts.get(0)).knowing(smallKnown),
              Optional.of(GlideCondition.of(texts.get(1)).knowing(smallKnown)),
              5);
      Image large =
          ancestral(
              GlideParts.UPSAMPLER,
              upsampler,
              initial(GlideParts.UPSAMPLER, TinyGlide.LARGE, 0.997),
              new int[] {999, 0},
              alphaBars(false),
              GlideCondition.of(upsampler.encode(List.of(PROMPT)).get(0))
                  .knowing(largeKnown)
                  .beside(low(small)),
              Optional.empty(),
              1);
      assertClose(drawn.small().get(0).pixels(), small.pixels(), TOLERANCE);
      assertClose(drawn.images().get(0).pixels(), large.pixels(), TOLERANCE);
      for (int i = 0; i < largeKnown.mask().length * 3; i++) {
        if (largeKnown.mask()[i / 3] == 1) {
          assertThat(drawn.images().get(0).pixels()[i])
              .isCloseTo(
                  largeKnown.image().pixels()[i], org.assertj.core.api.Assertions.within(1e-5f));
        }
      }
    }
  }

  @Test
  void networksForInpaintingDrawWholePicturesToo() throws IOException {
    TinyGlide.write(folder, ConcatConditioning.KNOWN, ConcatConditioning.KNOWN_AND_LOW);
    try (var pipeline = GlideNetworks.load(folder, Compute.of(Precision.FLOAT32))) {
      var drawn = draw(pipeline, TASK);
      assertThat(drawn.images()).hasSize(1);
    }
  }

  @Test
  void otherNetworksCompleteNothing() throws IOException {
    TinyGlide.write(folder, ConcatConditioning.NOTHING, ConcatConditioning.LOW);
    try (var pipeline = GlideNetworks.load(folder, Compute.of(Precision.FLOAT32))) {
      assertThatThrownBy(() -> draw(pipeline, completing()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("known: given (expected: none)");
    }
  }

  @Test
  void theMaskIsOfTheImagesSizeAndTheImageIsSquare() {
    var image = new Image(4, 4, new float[48]);
    var wide = new Image(8, 4, new float[96]);
    assertThatThrownBy(() -> new KnownPixels(image, wide))
        .hasMessage("mask: 8×4 (expected: 4×4, as the image)");
    assertThatThrownBy(() -> new KnownPixels(wide, wide))
        .hasMessage("image: 8×4 (expected: square)");
  }
}
