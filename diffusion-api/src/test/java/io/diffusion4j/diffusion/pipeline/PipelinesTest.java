package io.diffusion4j.diffusion.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.component.BestOfPrior;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.HeunSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pipelines, with stages whose output shows their inputs. */
class PipelinesTest {
  private static final SamplingSettings PRIOR = new SamplingSettings(new DdimSampler(0), 25, 4);
  private static final SamplingSettings DECODER = new SamplingSettings(new DdimSampler(0), 24, 8);
  private static final SamplingSettings UPSAMPLER = new SamplingSettings(new DdimSampler(0), 7, 1);

  private final List<String> encoded = new ArrayList<>();

  /** Encodes a text as its length. */
  private final TextEncoder textEncoder =
      prompts -> {
        encoded.addAll(prompts);
        return prompts.stream().map(PipelinesTest::encoding).toList();
      };

  private static TextEncoding encoding(String text) {
    return new TextEncoding(
        new float[] {text.length()}, new boolean[] {true}, new float[] {text.length()});
  }

  /** Text plus noise. */
  private final Prior prior =
      (draws, settings, listener) -> {
        assertThat(settings).isEqualTo(PRIOR);
        return draws.stream()
            .map(
                draw ->
                    new float[] {
                      draw.condition().text().embedding()[0]
                          + draw.noise().gaussian("prior", 0, 1)[0]
                    })
            .toList();
      };

  /** One pixel of embedding, negative prompt and noise. */
  private final ImageDecoder decoder =
      (draws, settings, listener) -> {
        assertThat(settings).isEqualTo(DECODER);
        return draws.stream()
            .map(
                draw ->
                    new Image(
                        1,
                        1,
                        new float[] {
                          draw.condition().imageEmbedding()[0],
                          draw.condition().prompt().negative().embedding()[0],
                          draw.noise().gaussian("decoder", 0, 1)[0]
                        }))
            .toList();
      };

  /** Twice as wide. */
  private final Upsampler upsampler =
      (draws, settings, listener) -> {
        assertThat(settings).isEqualTo(UPSAMPLER);
        return draws.stream()
            .map(
                draw -> {
                  float[] p = draw.condition().pixels();
                  return new Image(2, 1, new float[] {p[0], p[1], p[2], p[0], p[1], p[2]});
                })
            .toList();
      };

  private final List<float[]> decoded = new ArrayList<>();
  private final List<Image> small = new ArrayList<>();

  private final ImagePipeline pipeline =
      new UnclipPipeline(
          () -> new ModelIdentity("toy", "lambdas", "MIT", "sha256:" + "0".repeat(64)),
          new Pixels(2, 1),
          ModelCard.Limits.DEFAULT,
          EnumSet.allOf(ImageTask.Kind.class),
          new UnclipParts(
              textEncoder,
              prior,
              images -> images.stream().map(image -> new float[] {image.pixels()[0]}).toList(),
              (draws, settings, listener) -> {
                draws.forEach(draw -> decoded.add(draw.condition().imageEmbedding()));
                List<Image> drawn = decoder.decode(draws, settings, listener);
                small.addAll(drawn);
                return drawn;
              },
              upsampler));

  private static final Map<String, SamplingSettings> SETTINGS =
      Map.of(Prior.STAGE, PRIOR, ImageDecoder.STAGE, DECODER, Upsampler.STAGE, UPSAMPLER);

  private List<Image> draw(ImageTask task, List<NoiseSource> noise) {
    return pipeline.draw(task, SETTINGS, noise, SamplingListener.NONE);
  }

  private static float noise(long seed, int image, String stage) {
    return new PhiloxNoise(seed, image).gaussian(stage, 0, 1)[0];
  }

  @Test
  void aPromptGoesThroughEveryStage() {
    List<Image> images = draw(ImageTask.of("apple"), PhiloxNoise.images(42, 2));
    assertThat(images).hasSize(2);
    for (int image = 0; image < 2; image++) {
      float embedding = 5 + noise(42, image, "prior");
      assertThat(decoded.get(image)).containsExactly(embedding);
      assertThat(small.get(image).pixels())
          .containsExactly(embedding, 0, noise(42, image, "decoder"));
      assertThat(images.get(image).width()).isEqualTo(2);
    }
  }

  @Test
  void eachTextIsEncodedOnce() {
    List<ImageTask.Words> prompts =
        Stream.of("apple", "pear", "apple")
            .map(text -> new ImageTask.Words(text, "blurry"))
            .toList();
    draw(new ImageTask.TextToImage(prompts), PhiloxNoise.images(1, 3));
    assertThat(encoded).containsExactly("apple", "pear", "blurry");
  }

  @Test
  void theNegativePromptReachesTheDecoder() {
    var words = new ImageTask.Words("apple", "blurry");
    draw(new ImageTask.TextToImage(words), PhiloxNoise.images(42, 1));
    assertThat(small.get(0).pixels()[1]).isEqualTo(6);
  }

  @Test
  void anEmbeddingCanBeRenderedAgain() {
    var words = new ImageTask.Words("apple", "");
    List<Image> first = draw(new ImageTask.TextToImage(words), PhiloxNoise.images(42, 1));
    List<Image> again =
        draw(new ImageTask.FromEmbedding(List.copyOf(decoded), words), PhiloxNoise.images(42, 1));
    assertThat(again.get(0).pixels()).isEqualTo(first.get(0).pixels());
    assertThatThrownBy(() -> new ImageTask.FromEmbedding(List.of(), words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("imageEmbeddings: none (expected: at least one)");
  }

  @Test
  void aVariationIsDecodedFromTheEmbeddingWithoutWords() {
    Image image = new Image(1, 1, new float[] {0.5f, 0, 0});
    List<Image> images =
        draw(new ImageTask.Variation(image, ImageTask.Words.NONE), PhiloxNoise.images(1, 2));
    assertThat(encoded).containsExactly("");
    assertThat(images).hasSize(2);
    assertThat(small.get(1).pixels()).containsExactly(0.5f, 0, noise(1, 1, "decoder"));
  }

  @Test
  void aStageThatIsAskedForNothingSamplesByDefault() {
    Stage defaults =
        Stage.denoising(
            Prior.STAGE,
            new StageKind.Denoising(
                new CosineSchedule(100),
                TimestepSpacings.TRAILING,
                Thresholding.NONE,
                new StageChoices(Samplers.standard(), "heun", 6)));
    List<SamplingSettings> seen = new ArrayList<>();
    Prior watched =
        (draws, settings, listener) -> {
          seen.add(settings);
          return draws.stream().map(draw -> new float[1]).toList();
        };
    var parts =
        new UnclipParts(
            textEncoder,
            watched.offeredAs(defaults.withScale(new Stage.Scale(2, 9))),
            images -> List.of(),
            (draws, settings, listener) ->
                draws.stream().map(draw -> new Image(1, 1, new float[3])).toList(),
            (draws, settings, listener) -> draws.stream().map(Draw::condition).toList());
    var own =
        new UnclipPipeline(
                () -> new ModelIdentity("toy", "lambdas", "MIT", "sha256:" + "0".repeat(64)),
                Pixels.square(1),
                ModelCard.Limits.DEFAULT,
                EnumSet.allOf(ImageTask.Kind.class),
                parts)
            .withGuidance((stage, asked) -> GuidanceScale.constant(asked.at(0) * 2));
    own.draw(ImageTask.of("apple"), Map.of(), PhiloxNoise.images(1, 1), SamplingListener.NONE);
    assertThat(seen.get(0).sampler()).isEqualTo(new HeunSampler());
    assertThat(seen.get(0).steps()).isEqualTo(6);
    assertThat(seen.get(0).guidanceScale()).isEqualTo(GuidanceScale.constant(4));
    assertThat(own.steps(ImageTask.of("apple"), Map.of())).containsExactly(Map.entry("prior", 6));
    // A stage that does not denoise cannot be edited.
    assertThat(own.card().tasks())
        .doesNotContain(
            ImageTask.Kind.INPAINT, ImageTask.Kind.IMAGE_TO_IMAGE, ImageTask.Kind.TEXT_DIFF)
        .contains(ImageTask.Kind.VARIATION);
  }

  @Test
  void thePriorKeepsTheCandidateClosestToTheText() {
    int candidates = 8;
    var best = new BestOfPrior(prior, candidates);
    NoiseSource noise = new PhiloxNoise(3, 0);
    var draw = new Draw<>(new Prompt(encoding("ab"), encoding("")), noise);
    float[] embedding = best.sample(List.of(draw, draw), PRIOR, SamplingListener.NONE).get(1);
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates; i++) {
      largest = Math.max(largest, 2 + noise.candidate(i).gaussian("prior", 0, 1)[0]);
    }
    assertThat(embedding).containsExactly(largest);
  }

  @Test
  void theBestOfOneIsThePriorItself() {
    var draw = new Draw<>(new Prompt(encoding("ab"), encoding("")), new PhiloxNoise(3, 0));
    assertThat(new BestOfPrior(prior, 1).sample(List.of(draw), PRIOR, SamplingListener.NONE).get(0))
        .isEqualTo(prior.sample(List.of(draw), PRIOR, SamplingListener.NONE).get(0));
    assertThatThrownBy(() -> new BestOfPrior(prior, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidates: 0 (expected: ≥ 1)");
  }

  @Test
  void badRequestsGetOneClearError() {
    assertThatThrownBy(() -> PhiloxNoise.images(42, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count: 0 (expected: ≥ 1)");
    var two =
        new ImageTask.TextToImage(
            List.of(new ImageTask.Words("a", ""), new ImageTask.Words("b", "")));
    assertThatThrownBy(() -> draw(two, PhiloxNoise.images(1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("noise: 1 (expected: 2)");
    assertThatThrownBy(() -> new ImageTask.TextToImage(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prompts: none (expected: at least one)");
  }
}
