package io.diffusion4j.glide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.pipeline.Students;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** GLIDE's sampling, with networks that know the images they are to draw. */
class GlidePipelineTest {
  private static final int SMALL = 4;
  private static final int LARGE = 8;
  private static final NoiseSource NOISE = new PhiloxNoise(1, 0);

  /** The length of the text, so that networks see which it is. */
  private static final TextEncoder LENGTHS =
      prompts ->
          prompts.stream()
              .map(p -> new TextEncoding(new float[1], new boolean[1], new float[] {p.length()}))
              .toList();

  /** Predicts the noise of an image of one colour, half of the text's length in tenths. */
  private static final class OneColour implements Denoiser<GlideCondition> {
    private final NoiseSchedule schedule;
    private final List<Query<GlideCondition>> asked = new ArrayList<>();

    OneColour(NoiseSchedule schedule) {
      this.schedule = schedule;
    }

    @Override
    public Parameterization parameterization() {
      return Parameterization.EPS;
    }

    @Override
    public List<Prediction> predict(List<Query<GlideCondition>> queries) {
      asked.addAll(queries);
      return queries.stream().map(this::predict).toList();
    }

    private Prediction predict(Query<GlideCondition> query) {
      double aBar = schedule.alphaBar((int) query.t());
      double x0 = query.condition().text().embedding()[0] / 20;
      float[] eps = new float[query.xt().length];
      for (int i = 0; i < eps.length; i++) {
        eps[i] = (float) ((query.xt()[i] - Math.sqrt(aBar) * x0) / Math.sqrt(1 - aBar));
      }
      return new Prediction(eps, new float[eps.length]);
    }
  }

  private final OneColour base = new OneColour(new CosineSchedule(1000));
  private final OneColour upsampler = new OneColour(new LinearSchedule(1000));

  private final GlideParts parts =
      new GlideParts(
          LENGTHS, base, SMALL, 0, LENGTHS, upsampler, LARGE, Students.NONE, Optional.empty());

  private GlideDrawing generate(String prompt, double guidanceScale) {
    var defaults = GlideDrawing.pipeline(parts, false).defaults(ImageTask.Kind.TEXT_TO_IMAGE);
    var ofBase =
        Objects.requireNonNull(defaults.get(GlideParts.BASE))
            .withGuidanceScale(GuidanceScale.constant(guidanceScale));
    return GlideDrawing.of(
        parts, ImageTask.of(prompt), Map.of(GlideParts.BASE, ofBase), List.of(NOISE));
  }

  @Test
  void theBaseIsGuidedAwayFromTheEmptyText() {
    var result = generate("four", 3); // x₀ is linear in ε: 3·0.2 − 2·0
    assertThat(result.small()).hasSize(1);
    for (float pixel : result.small().get(0).pixels()) {
      assertThat((double) pixel).isCloseTo(0.6, within(1e-4));
    }
    assertThat(base.asked).hasSize(2 * 100);
    assertThat(base.asked.stream().filter(q -> q.condition().text().embedding()[0] == 0).count())
        .isEqualTo(100);
  }

  @Test
  void theUpsamplerIsNotGuided() {
    var result = generate("four", 3);
    for (float pixel : result.images().get(0).pixels()) {
      assertThat((double) pixel).isCloseTo(0.2, within(1e-4));
    }
    assertThat(upsampler.asked).allMatch(q -> q.condition().text().embedding()[0] == 4);
  }

  @Test
  void theUpsamplerVisitsTheStepsOfFast27() {
    generate("four", 1);
    assertThat(upsampler.asked.stream().map(q -> (int) q.t()))
        .containsExactly(
            997, 800, 799, 600, 599, 500, 400, 399, 377, 355, 333, 311, 288, 266, 244, 222, 200,
            199, 177, 155, 133, 111, 88, 66, 44, 22, 0);
  }

  @Test
  void theUpsamplerBeginsWithALittleLessNoise() {
    generate("four", 1);
    float[] noise = NOISE.gaussian(GlideParts.UPSAMPLER, NoiseSource.INITIAL, LARGE * LARGE * 3);
    for (int i = 0; i < noise.length; i++) {
      noise[i] *= 0.997f;
    }
    assertThat(upsampler.asked.get(0).xt()).isEqualTo(noise);
  }

  @Test
  void theUpsamplerSeesWhatTheBytesOfTheSmallImageSay() {
    generate("four", 1); // 0.2 is 153 of 255, exactly
    generate("three", 1); // 0.25 is 159.375
    var low = upsampler.asked.get(upsampler.asked.size() - 1).condition().low().orElseThrow();
    assertThat(low.width()).isEqualTo(LARGE);
    for (float pixel : low.pixels()) {
      assertThat((double) pixel).isCloseTo(159 / 127.5 - 1, within(1e-6));
    }
  }

  @Test
  void eachPromptNeedsNoise() {
    var two =
        new ImageTask.TextToImage(
            List.of(new ImageTask.Words("a", ""), new ImageTask.Words("b", "")));
    assertThatThrownBy(() -> GlideDrawing.of(parts, two, Map.of(), List.of(NOISE)))
        .hasMessage("noise: 1 (expected: 2)");
  }

  @Test
  void aTaskThatIsNoneOfGlidesIsRefused() {
    var task = new ImageTask.FromEmbedding(List.of(new float[1]), ImageTask.Words.NONE);
    assertThatThrownBy(() -> GlideDrawing.of(parts, task, Map.of(), List.of(NOISE)))
        .hasMessage(
            "task: from_embedding (expected: text_to_image or inpaint, the tasks of GLIDE)");
  }

  @Test
  void completingAPictureHasDefaultsOfItsOwn() {
    var pipeline = GlideDrawing.pipeline(parts, true);
    assertThat(pipeline.card().tasks())
        .containsExactly(ImageTask.Kind.TEXT_TO_IMAGE, ImageTask.Kind.INPAINT);
    var drawing = pipeline.stages(ImageTask.Kind.TEXT_TO_IMAGE);
    var completing = pipeline.stages(ImageTask.Kind.INPAINT);
    assertThat(drawing.get(0).scale().defaultValue()).isEqualTo(3);
    assertThat(completing.get(0).scale().defaultValue()).isEqualTo(5);
    assertThat(drawing.get(1).defaults().sampler()).isEqualTo(new DdimSampler(0));
    assertThat(completing.get(1).defaults().sampler()).isInstanceOf(DdpmSampler.class);
    assertThat(completing.get(1).scale().isOffered()).isFalse();
    assertThat(GlideDrawing.pipeline(parts, false).card().tasks())
        .containsExactly(ImageTask.Kind.TEXT_TO_IMAGE);
  }
}
