package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.noised.NoisedClip;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.ddpm.DdpmTrainings;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.PartSetup;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Networks trained for a minute guide pictures to a class, and distinguish captions. */
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
class TrainedGuidanceTest {
  private static final int IMAGES = 6;

  private final Path folder;

  TrainedGuidanceTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  void train() {
    train(DdpmTrainings.DDPM, new Unlabelled(), 150);
    train(DdpmTrainings.CLASSIFIER, new ColouredShapes(), 80);
    train(UnclipTraining.NOISED_CLIP, new ColouredShapes(), 80);
  }

  private void train(TrainableComponent part, DataSet data, int steps) {
    var config = TrainingConfig.of(steps, 16, 2e-3, 1);
    new ModelTraining(EmojiPreset.tiny().sizes(), folder, folder.resolve("work"))
        .train(PartSetup.of(part, data), config, 1000, (step, report) -> {});
  }

  /** The same pictures for a network without classes. */
  private record Unlabelled(ColouredShapes shapes) implements DataSet {
    Unlabelled() {
      this(new ColouredShapes());
    }

    @Override
    public String name() {
      return shapes.name();
    }

    @Override
    public io.diffusion4j.data.CaptionedImages examples(int imageSize, long seed) {
      return shapes.examples(imageSize, seed);
    }

    @Override
    public java.util.stream.Stream<String> captions(long seed, long most) {
      return shapes.captions(seed, most);
    }
  }

  /** With samplers that draw from the posterior, and with deterministic ones. */
  @Test
  void aClassifierMovesPicturesToItsClass() {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      for (String sampler : List.of("ddpm-large", "ddim", "heun", "dpmpp-2m")) {
        for (int colour = 0; colour < 3; colour++) {
          var plain = new SamplingSettings(Samplers.standard().named(sampler), 30, 1);
          var guided = plain.withGuide("classifier", GuidanceScale.constant(6));
          double without = excess(draw(pipeline, OptionalInt.empty(), plain), colour);
          double with = excess(draw(pipeline, OptionalInt.of(colour), guided), colour);
          assertThat(with).as("%s, %s", sampler, colour).isGreaterThan(without + 0.1);
        }
      }
    }
  }

  private static List<Image> draw(
      ImagePipeline pipeline, OptionalInt label, SamplingSettings settings) {
    var stage = pipeline.card().stages().get(0).name();
    return pipeline.draw(
        new ImageTask.Unconditional(label),
        Map.of(stage, settings),
        PhiloxNoise.images(3, IMAGES),
        SamplingListener.NONE);
  }

  private static double excess(List<Image> images, int colour) {
    return images.stream()
        .mapToDouble(image -> ColouredShapes.excess(image, colour))
        .average()
        .orElseThrow();
  }

  @Test
  void aNoisedClipTellsCaptionsApart() {
    try (var clip = NoisedClip.load(folder.resolve("noised_clip"), Compute.of(Precision.FLOAT32))) {
      var captions = clip.encode(ColouredShapes.COLOURS);
      var examples = new ColouredShapes().examples(clip.vision().imageSize(), 99);
      int right = 0;
      int all = 60;
      for (int i = 0; i < all; i++) {
        var example = examples.get(i);
        List<Query<float[]>> queries = new ArrayList<>();
        captions.forEach(caption -> queries.add(new Query<>(example.image().pixels(), 0, caption)));
        var judged = clip.judge(queries);
        int best = 0;
        for (int c = 1; c < judged.size(); c++) {
          best = judged.get(c).similarity() > judged.get(best).similarity() ? c : best;
        }
        right += ColouredShapes.COLOURS.get(best).equals(example.caption()) ? 1 : 0;
      }
      assertThat(right).isGreaterThan(all * 8 / 10);
    }
  }
}
