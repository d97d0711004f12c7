package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in memory when makes no difference to what is drawn or refused. */
class ResidencyTest {
  private static final SamplingSettings SETTINGS = new SamplingSettings(new DdimSampler(0), 2, 3);

  private static float[] picture(UnclipModel model) {
    return pixels(model, ImageTask.of("a horse"));
  }

  private static float[] variation(UnclipModel model) {
    var image = new Image(40, 32, new float[3 * 40 * 32]);
    return pixels(model, new ImageTask.Variation(image, ImageTask.Words.NONE));
  }

  private static float[] pixels(UnclipModel model, ImageTask task) {
    var stages = Drawing.stages(SETTINGS, SETTINGS, SETTINGS);
    return Drawing.of(model, task, stages, PhiloxNoise.images(5, 1)).images().get(0).pixels();
  }

  @Test
  void onePartAtATimeDrawsTheSamePictures() {
    Path folder = PublishedFolder.shipped();
    try (var all = UnclipModel.load(folder, Compute.of(Precision.FLOAT32));
        var one =
            UnclipModel.load(folder, Compute.of(Precision.FLOAT32), Residency.ONE_AT_A_TIME)) {
      float[] expected = picture(all);
      assertThat(picture(one)).isEqualTo(expected);
      assertThat(variation(one)).isEqualTo(variation(all));
      assertThat(picture(one)).as("when the parts are opened again").isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPipelineWithoutImageEncoderDrawsAndSaysWhyItCannotVary(
      Residency residency, @TempDir Path temporary) throws IOException {
    Path folder = PublishedFolder.copyTo(temporary).delete("image_encoder").path();
    try (var model = UnclipModel.load(folder, Compute.of(Precision.FLOAT32), residency)) {
      assertThat(picture(model)).hasSize(32 * 32 * 3);
      assertThatThrownBy(() -> variation(model))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(folder + ": image_encoder: no such component");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPipelineForVariationsNeedsNoPrior(Residency residency, @TempDir Path temporary)
      throws IOException {
    Path folder =
        PublishedFolder.copyTo(temporary)
            .delete("prior")
            .delete("prior_scheduler")
            .replace("model_index.json", "UnCLIPPipeline", "UnCLIPImageVariationPipeline")
            .replace("model_index.json", "PriorTransformer", "CLIPVisionModelWithProjection")
            .replace("model_index.json", "\"prior\"", "\"image_encoder\"")
            .path();
    try (var model = UnclipModel.load(folder, Compute.of(Precision.FLOAT32), residency)) {
      assertThat(variation(model)).hasSize(32 * 32 * 3);
      assertThatThrownBy(() -> picture(model))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(folder + ": prior: no such component");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everythingThatIsWrongWithAllPartsIsToldAtOnceBeforeAnythingIsDrawn(
      Residency residency, @TempDir Path temporary) throws IOException {
    var folder =
        PublishedFolder.copyTo(temporary)
            .rewrite("prior", name -> !name.equals("norm_out.bias"), writer -> {})
            .replace(
                "super_res_last/config.json", "\"layers_per_block\": 1", "\"layers_per_block\": 2")
            .delete("decoder/diffusion_pytorch_model.safetensors");
    assertThatThrownBy(
            () -> UnclipModel.load(folder.path(), Compute.of(Precision.FLOAT32), residency))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.path() + ": 3 parts cannot be used\n")
        .hasMessageContaining("prior: 1 tensors do not fit the network")
        .hasMessageContaining("missing: norm_out.bias [32]")
        .hasMessageContaining("decoder: no weights (expected: one of ")
        .hasMessageContaining("super_res_last: 48 tensors do not fit the network")
        .hasMessageContaining("missing: down_blocks.1.resnets.1.conv1.bias [16]");
  }

  @ParameterizedTest
  @EnumSource
  void buffersOfOlderVersionsAreIgnored(Residency residency, @TempDir Path temporary)
      throws IOException {
    var folder =
        PublishedFolder.copyTo(temporary)
            .rewrite("text_encoder", name -> true, writer -> positions(writer, "text_model", 77))
            .rewrite("image_encoder", name -> true, writer -> positions(writer, "vision_model", 17))
            .rewrite(
                "prior",
                name -> true,
                writer ->
                    writer.floats(
                        "causal_attention_mask",
                        DType.F32,
                        new long[] {1, 81, 81},
                        () -> new float[81 * 81]));
    try (var model = UnclipModel.load(folder.path(), Compute.of(Precision.FLOAT32), residency)) {
      assertThat(picture(model)).doesNotContain(Float.NaN);
    }
  }

  private static void positions(SafetensorsWriter writer, String tower, int count) {
    writer.longs(
        tower + ".embeddings.position_ids",
        DType.I64,
        new long[] {1, count},
        () -> LongStream.range(0, count).toArray());
  }
}
