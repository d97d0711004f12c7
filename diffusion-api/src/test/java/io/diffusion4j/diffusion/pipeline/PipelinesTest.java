package io.diffusion4j.diffusion.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.part.BestOfPrior;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.Prompt;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pipelines over stages that leave traces of what they were given. */
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

  private final TextToImage pipeline = new TextToImage(textEncoder, prior, decoder, upsampler);

  private static float noise(long seed, int image, String stage) {
    return new PhiloxNoise(seed, image).gaussian(stage, 0, 1)[0];
  }

  @Test
  void aPromptGoesThroughEveryStage() {
    var request = TextToImage.Request.of("apple", 2, 42, PRIOR, DECODER, UPSAMPLER);
    TextToImage.Result result = pipeline.generate(request, SamplingListener.NONE);
    assertThat(result.images()).hasSize(2);
    for (int image = 0; image < 2; image++) {
      float embedding = 5 + noise(42, image, "prior");
      assertThat(result.imageEmbeddings().get(image)).containsExactly(embedding);
      assertThat(result.small().get(image).pixels())
          .containsExactly(embedding, 0, noise(42, image, "decoder"));
      assertThat(result.images().get(image).width()).isEqualTo(2);
    }
  }

  @Test
  void eachTextIsEncodedOnce() {
    List<NoiseSource> noise =
        List.of(new PhiloxNoise(1, 0), new PhiloxNoise(1, 1), new PhiloxNoise(1, 2));
    var request =
        new TextToImage.Request(
            List.of("apple", "pear", "apple"), "", noise, PRIOR, DECODER, UPSAMPLER);
    pipeline.generate(request.withNegative("blurry"), SamplingListener.NONE);
    assertThat(encoded).containsExactly("apple", "pear", "blurry");
  }

  @Test
  void theNegativePromptReachesTheDecoder() {
    var request = TextToImage.Request.of("apple", 1, 42, PRIOR, DECODER, UPSAMPLER);
    TextToImage.Result result =
        pipeline.generate(request.withNegative("blurry"), SamplingListener.NONE);
    assertThat(result.small().get(0).pixels()[1]).isEqualTo(6);
  }

  @Test
  void anEmbeddingCanBeRenderedAgain() {
    var request = TextToImage.Request.of("apple", 1, 42, PRIOR, DECODER, UPSAMPLER);
    TextToImage.Result first = pipeline.generate(request, SamplingListener.NONE);
    TextToImage.Result again =
        pipeline.render(request, first.prompts(), first.imageEmbeddings(), SamplingListener.NONE);
    assertThat(again.images().get(0).pixels()).isEqualTo(first.images().get(0).pixels());
    assertThatThrownBy(
            () -> pipeline.render(request, first.prompts(), List.of(), SamplingListener.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("imageEmbeddings: 0 (expected: 1)");
  }

  @Test
  void aVariationIsDecodedFromTheEmbeddingWithoutWords() {
    var variation =
        new ImageVariation(
            images -> images.stream().map(image -> new float[] {image.pixels()[0]}).toList(),
            textEncoder,
            decoder,
            upsampler);
    Image image = new Image(1, 1, new float[] {0.5f, 0, 0});
    ImageVariation.Result result =
        variation.vary(
            new ImageVariation.Request(
                List.of(image, image),
                List.of(new PhiloxNoise(1, 0), new PhiloxNoise(1, 1)),
                DECODER,
                UPSAMPLER),
            SamplingListener.NONE);
    assertThat(encoded).containsExactly("");
    assertThat(result.images()).hasSize(2);
    assertThat(result.small().get(1).pixels()).containsExactly(0.5f, 0, noise(1, 1, "decoder"));
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
    assertThatThrownBy(() -> TextToImage.Request.of("apple", 0, 42, PRIOR, DECODER, UPSAMPLER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count: 0 (expected: ≥ 1)");
    assertThatThrownBy(
            () ->
                new TextToImage.Request(
                    List.of("a", "b"),
                    "",
                    List.of(new PhiloxNoise(1, 0)),
                    PRIOR,
                    DECODER,
                    UPSAMPLER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("noise: 1 (expected: 2)");
    assertThatThrownBy(
            () -> new TextToImage.Request(List.of(), "", List.of(), PRIOR, DECODER, UPSAMPLER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prompts: none (expected: at least one)");
  }
}
