package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.training.Preset.Architecture;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline whose decoder is a DiT is opened, examined and drawn with like any other. */
class DitDecoderTest {
  @TempDir Path folder = Path.of("");

  private static UnclipPreset preset() {
    UnclipPreset tiny = EmojiPreset.tiny().sizes().of(UnclipPreset.class);
    UnclipPreset.Decoder d = tiny.decoder();
    var dit =
        new UnclipPreset.Decoder(
            d.size(),
            d.channels(),
            d.attention(),
            d.layers(),
            d.headWidth(),
            d.context(),
            d.tokens(),
            d.groups(),
            d.training(),
            Architecture.DIT,
            d.dit(),
            d.whileConstant());
    return new UnclipPreset(tiny.clip(), tiny.prior(), tiny.priorAr(), dit, tiny.upsampler());
  }

  @Test
  void wordsDecideWhatItDraws() throws IOException {
    TinyFolder.write(folder, preset());
    assertThat(ModelFolder.open(folder).component("decoder").className())
        .isEqualTo("DiTDecoderModel");
    assertThat(OpenPipeline.inspect(folder).isSound()).isTrue();
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
      float[] apple = draw(open.pipeline(), "a red apple");
      assertThat(draw(open.pipeline(), "a red apple")).isEqualTo(apple);
      assertThat(draw(open.pipeline(), "a green frog")).isNotEqualTo(apple);
    }
  }

  private static float[] draw(ImagePipeline pipeline, String prompt) {
    ImageTask task = ImageTask.of(prompt);
    Map<String, SamplingSettings> few = new LinkedHashMap<>();
    pipeline.stages(task.kind()).forEach(s -> few.put(s.name(), s.defaults().withSteps(2)));
    return pipeline
        .draw(task, few, PhiloxNoise.images(7, 1), SamplingListener.NONE)
        .get(0)
        .pixels();
  }
}
