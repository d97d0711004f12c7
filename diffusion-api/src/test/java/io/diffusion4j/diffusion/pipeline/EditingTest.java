package io.diffusion4j.diffusion.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.GaussianDenoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.GaussianData;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Editing, on normal data: the pixels of an image are independent, their mean is the image's
 * embedding, and the perfect networks are known.
 */
class EditingTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final int SMALL = 4;
  private static final int LARGE = 8;
  private static final double DEVIATION = 0.2;

  private final List<Integer> decoderBatches = new ArrayList<>();
  private final ImageDecoder decoder = decoder(Parameterization.X0);
  private final Upsampler upsampler = upsampler();

  private final ImageEncoder imageEncoder =
      images -> images.stream().map(image -> new float[] {mean(image), 0.1f}).toList();
  private final TextEncoder textEncoder =
      texts ->
          texts.stream()
              .map(
                  text ->
                      new TextEncoding(
                          new float[1],
                          new boolean[1],
                          new float[] {text.length(), text.hashCode() % 7}))
              .toList();

  private static float mean(Image image) {
    double sum = 0;
    for (float value : image.pixels()) {
      sum += value;
    }
    return (float) (sum / image.pixels().length);
  }

  private ImageDecoder decoder(Parameterization parameterization) {
    var network = new GaussianDenoiser(SCHEDULE, parameterization);
    var stage =
        new DiffusionStage<>(
            "decoder",
            new Denoiser<GaussianData>() {
              @Override
              public Parameterization parameterization() {
                return parameterization;
              }

              @Override
              public List<Prediction> predict(List<Query<GaussianData>> queries) {
                decoderBatches.add(queries.size());
                return network.predict(queries);
              }
            },
            SCHEDULE,
            TimestepSpacings.UNCLIP,
            Thresholding.clip(1),
            3 * SMALL * SMALL);
    return (draws, settings, listener) ->
        stage
            .sample(
                draws.stream()
                    .map(
                        draw ->
                            draw.withCondition(
                                new GaussianData(draw.condition().imageEmbedding()[0], DEVIATION)))
                    .toList(),
                settings,
                listener)
            .stream()
            .map(pixels -> new Image(SMALL, SMALL, pixels))
            .toList();
  }

  private static Upsampler upsampler() {
    var stage =
        new DiffusionStage<>(
            "super_res",
            new GaussianDenoiser(SCHEDULE, Parameterization.EPS),
            SCHEDULE,
            TimestepSpacings.UNCLIP,
            Thresholding.clip(1),
            3 * LARGE * LARGE);
    return (draws, settings, listener) ->
        stage
            .sample(
                draws.stream()
                    .map(
                        draw ->
                            draw.withCondition(new GaussianData(mean(draw.condition()), DEVIATION)))
                    .toList(),
                settings,
                listener)
            .stream()
            .map(pixels -> new Image(LARGE, LARGE, pixels))
            .toList();
  }

  private static SamplingSettings settings(Sampler sampler, int steps) {
    return new SamplingSettings(sampler, steps, 1);
  }

  private static List<NoiseSource> noise(int... images) {
    List<NoiseSource> noise = new ArrayList<>();
    for (int image : images) {
      noise.add(new PhiloxNoise(7, image));
    }
    return noise;
  }

  private static Image picture(int seed) {
    float[] pixels = new PhiloxNoise(seed, 0).gaussian("picture", 0, 3 * LARGE * LARGE);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.max(-1, Math.min(1, 0.3 + DEVIATION * pixels[i]));
    }
    return new Image(LARGE, LARGE, pixels);
  }

  /** White in a rectangle whose edges are between the pixels of the small size. */
  private static Image mask() {
    float[] pixels = new float[3 * LARGE * LARGE];
    java.util.Arrays.fill(pixels, -1);
    for (int y = 1; y < 6; y++) {
      for (int x = 3; x < 7; x++) {
        for (int c = 0; c < 3; c++) {
          pixels[3 * (y * LARGE + x) + c] = 1;
        }
      }
    }
    return new Image(LARGE, LARGE, pixels);
  }

  /** The drawn images, as decoded and as upsampled. */
  private record Drawn(List<Image> small, List<Image> large) {}

  private Drawn draw(
      ImageEdit edit, List<NoiseSource> noise, Sampler sampler, SamplingListener listener) {
    var settings = settings(sampler, 20);
    var condition = new ImageDecoder.Condition(new float[] {0.2f, 0.1f}, nothing());
    List<Image> small =
        edit.decoder(decoder)
            .decode(
                noise.stream().map(source -> new Draw<>(condition, source)).toList(),
                settings,
                listener);
    List<Draw<Image>> enlarged = new ArrayList<>();
    for (int i = 0; i < small.size(); i++) {
      enlarged.add(new Draw<>(small.get(i), noise.get(i)));
    }
    return new Drawn(small, edit.upsampler(upsampler).upsample(enlarged, settings, listener));
  }

  private final List<float[]> decodedEmbeddings = new ArrayList<>();

  /** Draws, and records the decoded embeddings and the small images. */
  private Drawn draw(
      ImageTask task,
      ImageDecoder own,
      List<NoiseSource> noise,
      int steps,
      SamplingListener listener) {
    List<Image> small = new ArrayList<>();
    decodedEmbeddings.clear();
    ImageDecoder watched =
        (draws, settings, at) -> {
          draws.forEach(draw -> decodedEmbeddings.add(draw.condition().imageEmbedding()));
          return own.decode(draws, settings, at);
        };
    Upsampler enlarging =
        (draws, settings, at) -> {
          draws.forEach(draw -> small.add(draw.condition()));
          return upsampler.upsample(draws, settings, at);
        };
    List<Image> large = pipeline(watched, enlarging).draw(task, sampling(steps), noise, listener);
    return new Drawn(small, large);
  }

  private ImagePipeline pipeline(ImageDecoder decoding, Upsampler enlarging) {
    return new UnclipPipeline(
        () -> new ModelIdentity("toy", "normal data", "MIT", "sha256:" + "0".repeat(64)),
        Pixels.square(LARGE),
        ModelCard.Limits.DEFAULT,
        EnumSet.allOf(ImageTask.Kind.class),
        new UnclipParts(
            textEncoder,
            (draws, settings, listener) -> List.of(),
            imageEncoder,
            decoding.offeredAs(stage(ImageDecoder.STAGE)),
            enlarging.offeredAs(stage(Upsampler.STAGE))));
  }

  private static Stage stage(String name) {
    return Stage.denoising(
        name,
        new StageKind.Denoising(
            SCHEDULE,
            TimestepSpacings.UNCLIP,
            Thresholding.clip(1),
            new StageChoices(Samplers.standard(), "ddim", 20)));
  }

  private static Map<String, SamplingSettings> sampling(int steps) {
    var settings = settings(new DdimSampler(0), steps);
    return Map.of(ImageDecoder.STAGE, settings, Upsampler.STAGE, settings);
  }

  private Prompt nothing() {
    return Prompt.encode(textEncoder, "", "");
  }

  static SortedSet<String> samplers() {
    SortedSet<String> names = new TreeSet<>(Samplers.standard().names());
    names.removeAll(Set.of("ddpm-learned")); // for networks with a variance
    return names;
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void thePixelsThatAreKnownAreKeptAndOnlyThose(String sampler) {
    Image image = picture(1);
    Image mask = mask();
    List<Inpainting> ways = new ArrayList<>();
    ways.add(new Inpainting(image, mask, Resampling.NONE));
    if (sampler.equals("ddim")
        || sampler.equals("heun")) { // two of the samplers that support repetitions
      ways.add(new Inpainting(image, mask, new Resampling(3, 2)));
    }
    for (Inpainting way : ways) {
      var drawn = draw(way, noise(0), Samplers.standard().named(sampler), SamplingListener.NONE);
      float[] large = drawn.large().get(0).pixels();
      float[] small = drawn.small().get(0).pixels();
      float[] given = new Pyramid(image).level(SMALL);
      for (int i = 0; i < large.length; i++) {
        if (mask.pixels()[i] == -1) {
          assertThat(large[i]).isEqualTo(image.pixels()[i]);
        } else {
          assertThat(large[i]).isNotEqualTo(image.pixels()[i]);
        }
      }
      for (int i = 0; i < small.length; i++) {
        int x = i / 3 % SMALL;
        int y = i / 3 / SMALL;
        boolean touched = x >= 1 && y <= 2; // by columns 3 to 6 and rows 1 to 5
        assertThat(small[i] == given[i]).as("%d, %d", x, y).isEqualTo(!touched);
      }
    }
  }

  @Test
  void nothingToDrawAgainIsTheImageAndEverythingIsADraw() {
    Image image = picture(1);
    float[] dark = new float[3 * LARGE * LARGE];
    java.util.Arrays.fill(dark, -1);
    Sampler ddpm = new DdpmSampler(VarianceType.FIXED_SMALL);
    var kept =
        draw(
            new Inpainting(image, new Image(LARGE, LARGE, dark), Resampling.NONE),
            noise(0),
            ddpm,
            SamplingListener.NONE);
    assertThat(kept.large().get(0).pixels()).isEqualTo(image.pixels());
    var white = new Image(LARGE, LARGE, new float[3 * LARGE * LARGE]); // 0 is bright
    var all =
        draw(new Inpainting(image, white, Resampling.NONE), noise(0), ddpm, SamplingListener.NONE);
    var plain = draw(ImageEdit.NONE, noise(0), ddpm, SamplingListener.NONE);
    assertThat(all.large().get(0).pixels()).isEqualTo(plain.large().get(0).pixels());
  }

  @Test
  void noStrengthKeepsTheImageInNoStepAndFullStrengthForgetsIt() {
    Image image = picture(1);
    Sampler ddpm = new DdpmSampler(VarianceType.FIXED_SMALL);
    var kept = draw(new ImageToImage(image, 0), noise(0), ddpm, SamplingListener.NONE);
    assertThat(kept.large().get(0).pixels()).isEqualTo(image.pixels());
    assertThat(decoderBatches).isEmpty();
    var forgotten = draw(new ImageToImage(image, 1), noise(0), ddpm, SamplingListener.NONE);
    assertThat(forgotten.large().get(0).pixels())
        .isEqualTo(
            draw(ImageEdit.NONE, noise(0), ddpm, SamplingListener.NONE).large().get(0).pixels());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.3, 0.5, 0.99})
  void theStepsDoneFollowFromTheStrength(double strength) {
    var edit = new ImageToImage(picture(1), strength);
    draw(edit, noise(0, 1), new DdimSampler(0), SamplingListener.NONE);
    assertThat(decoderBatches).hasSize(edit.steps(ImageEdit.Target.DECODER, 20)).containsOnly(2);
  }

  /** The upsampler starts at the given image plus the change of the small one, in one step. */
  @Test
  void theUpsamplerStartsWhereTheDecoderHasLed() {
    Image image = picture(1);
    float[] small = new Pyramid(image).level(SMALL).clone();
    for (int i = 0; i < small.length; i++) {
      small[i] += 0.125f;
    }
    List<float[]> starts = new ArrayList<>();
    Upsampler recording =
        (draws, settings, listener) -> {
          float[] x = new float[3 * LARGE * LARGE];
          draws
              .get(0)
              .projection()
              .project(x, new Projection.At("super_res", 0, 1, draws.get(0).noise()));
          starts.add(x);
          return List.of();
        };
    new ImageToImage(image, 0.5)
        .upsampler(recording)
        .upsample(
            List.of(new Draw<>(new Image(SMALL, SMALL, small), noise(0).get(0))),
            settings(new DdimSampler(0), 4),
            SamplingListener.NONE);
    for (int i = 0; i < image.pixels().length; i++) {
      assertThat(starts.get(0)[i])
          .isCloseTo(Math.min(1, image.pixels()[i] + 0.125f), within(1e-5f));
    }
  }

  @Test
  void theMoreStrengthTheFartherFromTheImage() {
    Image image = picture(1);
    double before = 0;
    for (double strength : new double[] {0.1, 0.3, 0.6, 0.9}) {
      float[] pixels =
          draw(
                  new ImageToImage(image, strength),
                  noise(0),
                  new DdimSampler(0),
                  SamplingListener.NONE)
              .large()
              .get(0)
              .pixels();
      double distance = 0;
      for (int i = 0; i < pixels.length; i++) {
        distance += Math.pow(pixels[i] - image.pixels()[i], 2);
      }
      assertThat(distance).isGreaterThan(before);
      before = distance;
    }
  }

  static List<ImageEdit> edits() {
    return List.of(
        new Inpainting(picture(1), mask(), Resampling.NONE),
        new Inpainting(picture(1), mask(), new Resampling(2, 2)),
        new ImageToImage(picture(1), 0),
        new ImageToImage(picture(1), 0.6),
        new ImageToImage(picture(1), 1));
  }

  @ParameterizedTest
  @MethodSource("edits")
  void anEditIsTheSameAloneAndInCompany(ImageEdit edit) {
    Sampler ddpm = new DdpmSampler(VarianceType.FIXED_SMALL);
    var together = draw(edit, noise(0, 1, 2), ddpm, SamplingListener.NONE).large();
    for (int image = 0; image < 3; image++) {
      assertThat(draw(edit, noise(image), ddpm, SamplingListener.NONE).large().get(0).pixels())
          .isEqualTo(together.get(image).pixels());
    }
  }

  @Test
  void theEndsOfAnInterpolationAreTheVariations() {
    List<Image> ends = List.of(picture(1), picture(2));
    List<float[]> embeddings = new ArrayList<>();
    for (int end = 0; end < 2; end++) {
      var variation = new ImageTask.Variation(ends.get(end), ImageTask.Words.NONE);
      float[] expected =
          draw(variation, decoder, noise(3), 5, SamplingListener.NONE).large().get(0).pixels();
      embeddings.add(decodedEmbeddings.get(0));
      var between = new ImageTask.Interpolation(ends.get(0), ends.get(1), end);
      assertThat(draw(between, decoder, noise(3), 5, SamplingListener.NONE).large().get(0).pixels())
          .isEqualTo(expected);
    }
    var middle = new ImageTask.Interpolation(ends.get(0), ends.get(1), 0.5);
    var result = draw(middle, decoder, noise(3, 4), 5, SamplingListener.NONE);
    assertThat(result.large()).hasSize(2);
    assertThat(decodedEmbeddings.get(1))
        .isEqualTo(Slerp.between(embeddings.get(0), embeddings.get(1), 0.5));
  }

  private float[] variation(double similarity, int image) {
    var task = new ImageTask.Variation(picture(1), ImageTask.Words.NONE, similarity);
    return draw(task, decoder, noise(image), 250, SamplingListener.NONE).small().get(0).pixels();
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum / a.length);
  }

  /** The noise of the image gives it back, up to the error of two first-order methods. */
  @Test
  void variationsComeCloserToTheImageWithTheirSimilarity() {
    float[] given = new Pyramid(picture(1)).level(SMALL);
    double before = Double.POSITIVE_INFINITY;
    for (double similarity : new double[] {0, 0.5, 0.8, 1}) {
      double distance = distance(variation(similarity, 0), given);
      assertThat(distance).isLessThan(before);
      before = distance;
    }
    assertThat(variation(1, 0)).containsExactly(given, within(0.02f));
  }

  @Test
  void variationsOfOneSimilarityDifferByTheirNoise() {
    assertThat(distance(variation(0.5, 0), variation(0.5, 1))).isGreaterThan(0.05);
    assertThat(distance(variation(1, 0), variation(1, 1))).isZero();
  }

  @Test
  void aVariationOfNoSimilarityIsTheOneFromFreshNoise() {
    var plain = new ImageTask.Variation(picture(1), ImageTask.Words.NONE);
    assertThat(draw(plain, decoder, noise(0), 250, SamplingListener.NONE).small().get(0).pixels())
        .isEqualTo(variation(0, 0));
  }

  @Test
  void aVariationOfSimilarityIsTheSameAloneAndInCompany() {
    var task = new ImageTask.Variation(picture(1), ImageTask.Words.NONE, 0.5);
    var together = draw(task, decoder, noise(0, 1), 5, SamplingListener.NONE).large();
    for (int image = 0; image < 2; image++) {
      assertThat(
              draw(task, decoder, noise(image), 5, SamplingListener.NONE).large().get(0).pixels())
          .isEqualTo(together.get(image).pixels());
    }
    assertThat(pipeline(decoder, upsampler).steps(task, sampling(5)))
        .containsEntry("decoder", 10)
        .containsEntry("super_res", 5);
  }

  @Test
  void theMiddleOfAnImageResembles() {
    Image square = picture(1);
    float[] wide = new float[3 * LARGE * (LARGE + 4)];
    for (int y = 0; y < LARGE; y++) {
      System.arraycopy(square.pixels(), 3 * LARGE * y, wide, 3 * ((LARGE + 4) * y + 2), 3 * LARGE);
    }
    var image = new Image(LARGE + 4, LARGE, wide);
    assertThat(image.middle().pixels()).isEqualTo(square.pixels());
    assertThat(square.middle()).isSameAs(square);
    var task = new ImageTask.Variation(image, ImageTask.Words.NONE, 1);
    assertThat(draw(task, decoder, noise(0), 5, SamplingListener.NONE).large()).hasSize(1);
  }

  private List<Image> change(
      Parameterization parameterization, double ratio, int steps, SamplingListener listener) {
    var task = new ImageTask.TextDiff(picture(1), "a", "b and more", ratio);
    return draw(task, decoder(parameterization), noise(0, 1), steps, listener).small();
  }

  /** The remaining error is that of two first-order methods. */
  @ParameterizedTest
  @EnumSource
  void textDiffByNothingGivesTheImageBack(Parameterization parameterization) {
    float[] given = new Pyramid(picture(1)).level(SMALL);
    float[] many = change(parameterization, 0, 250, SamplingListener.NONE).get(0).pixels();
    assertThat(many).containsExactly(given, within(0.02f));
    float[] few = change(parameterization, 0, 25, SamplingListener.NONE).get(0).pixels();
    double error = 0;
    double errorOfMany = 0;
    for (int i = 0; i < given.length; i++) {
      error += Math.abs(few[i] - given[i]);
      errorOfMany += Math.abs(many[i] - given[i]);
    }
    assertThat(errorOfMany).isLessThan(error / 4);
  }

  @Test
  void textDiffMovesTheImageInTheDirectionOfTheTexts() {
    float before = mean(change(Parameterization.X0, 0, 50, SamplingListener.NONE).get(0));
    float little = mean(change(Parameterization.X0, 0.25, 50, SamplingListener.NONE).get(0));
    assertThat(little).isNotCloseTo(before, within(0.01f));
  }

  @Test
  void textDiffBetweenTextsOfOneMeaningKeepsTheImage() {
    var same =
        draw(
            new ImageTask.TextDiff(picture(1), "a", "a", 1),
            decoder,
            noise(0),
            10,
            SamplingListener.NONE);
    var none =
        draw(
            new ImageTask.TextDiff(picture(1), "a", "b", 0),
            decoder,
            noise(0),
            10,
            SamplingListener.NONE);
    assertThat(same.large().get(0).pixels()).isEqualTo(none.large().get(0).pixels());
  }

  @Test
  void textDiffTellsTheWayThereAndBackAsOne() {
    List<String> seen = new ArrayList<>();
    change(
        Parameterization.X0,
        0.3,
        3,
        at -> seen.add(at.stage() + " " + at.step() + "/" + at.steps()));
    assertThat(seen)
        .containsExactly(
            "decoder 0/6",
            "decoder 1/6",
            "decoder 2/6",
            "decoder 3/6",
            "decoder 4/6",
            "decoder 5/6",
            "decoder 6/6",
            "super_res 0/3",
            "super_res 1/3",
            "super_res 2/3",
            "super_res 3/3");
    assertThat(
            pipeline(decoder, upsampler)
                .steps(new ImageTask.TextDiff(picture(1), "a", "b", 0.5), sampling(3)))
        .containsEntry("decoder", 6)
        .containsEntry("super_res", 3);
    assertThat(decoderBatches).containsExactly(1, 1, 1, 2, 2, 2); // there once, back for each
  }

  @Test
  void badEditsGetOneClearError() {
    Image image = picture(1);
    assertThatThrownBy(() -> new ImageTask.Variation(image, ImageTask.Words.NONE, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("similarity: 1.5 (expected: in [0, 1])");
    assertThatThrownBy(() -> new ImageToImage(image, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strength: NaN (expected: in [0, 1])");
    assertThatThrownBy(() -> new Inpainting(image, new Image(4, 4, new float[48]), Resampling.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mask: 4×4 (expected: 8×8, as the image)");
    assertThatThrownBy(
            () ->
                draw(
                    new ImageTask.TextDiff(image, "a", "b", 0.5),
                    decoder,
                    List.of(),
                    2,
                    SamplingListener.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("noise: none (expected: at least one)");
    assertThatThrownBy(
            () ->
                Projection.startingAt(new float[2])
                    .project(new float[3], new Projection.At("x", 0, 1, noise(0).get(0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("start: 2 values (expected: 3)");
  }
}
