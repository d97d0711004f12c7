package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.prior.PriorModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A prior of one pass draws for a pipeline whose embeddings have its size. */
class EclipsePriorTest {
  private static final Path PIPELINE = GoldenRoots.shipped().first("unclip-pipeline");

  private static OpenPipeline open(Path prior) {
    var how = OpenOptions.with(Residency.ONE_AT_A_TIME).withPrior(prior.toString());
    return OpenPipeline.of(PIPELINE, how, Plugins.of(List.of()));
  }

  @Test
  void aPriorOfOnePassDrawsIfItsEmbeddingsFit() {
    int size = PriorModel.readConfig(PIPELINE.resolve("prior")).embeddingDim();
    for (GoldenCase prior : GoldenRoots.shipped().cases(GoldenKind.ECLIPSE)) {
      try (var open = open(prior.folder())) {
        var pipeline = open.pipeline();
        var task = ImageTask.of("a red apple");
        var stages = pipeline.card().stages();
        var settings = Map.of("decoder", stages.get(1).defaults().withSteps(2));
        assertThat(pipeline.steps(task, settings)).containsEntry("prior", 1);
        if (prior.io().size("out", 1) == size) {
          var noise = PhiloxNoise.images(7, 1);
          assertThat(pipeline.draw(task, settings, noise, SamplingListener.NONE)).hasSize(1);
        } else {
          assertThatThrownBy(
                  () ->
                      pipeline.draw(
                          task, settings, PhiloxNoise.images(7, 1), SamplingListener.NONE))
              .hasMessageStartingWith("prior: embeddings of ");
        }
      }
    }
  }

  @Test
  void aFolderWithoutSuchAPriorIsRefused() {
    assertThatThrownBy(() -> open(Path.of("eclipse")))
        .hasMessageStartingWith("prior: eclipse (expected: a prior of one pass in ");
  }
}
