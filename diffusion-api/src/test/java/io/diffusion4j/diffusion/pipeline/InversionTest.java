package io.diffusion4j.diffusion.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The settings of the two halves of a drawing from inverted noise. */
class InversionTest {
  private static final NoiseSchedule SCHEDULE = new LinearSchedule(1000);
  private static final Image IMAGE = new Image(2, 2, new float[12]);

  /** Returns the settings of the inversion and of the drawing. */
  private static List<SamplingSettings> halves(SamplingSettings settings) {
    List<SamplingSettings> halves = new ArrayList<>();
    ImageDecoder decoder =
        (draws, own, listener) -> {
          halves.add(own);
          return draws.stream().map(draw -> IMAGE).toList();
        };
    var text = new TextEncoding(new float[1], new boolean[1], new float[1]);
    var condition = new ImageDecoder.Condition(new float[1], new Prompt(text, text));
    Inversion.first(
            decoder,
            List.of(IMAGE),
            UnaryOperator.identity(),
            noise -> Projection.startingAt(noise.get(0)))
        .decode(
            List.of(new Draw<>(condition, new PhiloxNoise(0, 0))), settings, SamplingListener.NONE);
    return halves;
  }

  /** A guide would bend the flow that is followed, whatever its factor. */
  @Test
  void theInversionIsUnguided() {
    var settings =
        new SamplingSettings(new DdimSampler(0), 4, 7.0)
            .withGuide("clip", GuidanceScale.constant(3))
            .withGuider(Guider.parse("cfg-zero"));
    var halves = halves(settings);
    assertThat(halves.get(0).guider()).isEqualTo(Guider.PLAIN);
    assertThat(halves.get(0).guide()).isEmpty();
    assertThat(halves.get(0).guidanceScale()).isEqualTo(GuidanceScale.constant(1));
    assertThat(halves.get(1)).isEqualTo(settings);
  }

  static SortedSet<String> samplers() {
    return Samplers.standard().names();
  }

  /** The noise that is found is that of the drawing's first step, also on grids of other ends. */
  @ParameterizedTest
  @MethodSource("samplers")
  void theDrawingBeginsAtTheLevelOfTheInversion(String sampler) {
    for (TimestepSpacing spacing :
        List.of(
            TimestepSpacings.UNCLIP,
            TimestepSpacings.LINSPACE,
            TimestepSpacings.leading(1),
            TimestepSpacings.TRAILING)) {
      var halves = halves(new SamplingSettings(Samplers.standard().named(sampler), 7, 1.0));
      var inversion = halves.get(0).plan(SCHEDULE, spacing).steps();
      var drawing = halves.get(1).plan(SCHEDULE, spacing).steps();
      var found = inversion.get(inversion.size() - 1); // a step of it ends at its level
      assertThat(found.alphaBar()).isEqualTo(drawing.get(0).alphaBar());
      assertThat(found.t()).isEqualTo(drawing.get(0).t());
    }
  }
}
