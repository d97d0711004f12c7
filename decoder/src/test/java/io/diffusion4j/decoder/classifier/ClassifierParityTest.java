package io.diffusion4j.decoder.classifier;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classifiers judge as guided-diffusion's do, with its weights under its keys. */
class ClassifierParityTest {
  @TempDir Path folder = Path.of("");

  @GoldenTest(GoldenKind.CLASSIFIER)
  void logitsAreWithin1e5AndGradientsWithin2e5OnEveryEngine(GoldenCase golden) throws IOException {
    for (Engine engine : Engines.all()) {
      if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
        var compute = Compute.of(Precision.FLOAT32).withEngine(engine.name());
        assertIsGuidedDiffusions(golden, compute, 1e-5, 2e-5);
      }
    }
  }

  /** With a few channels in heads of two, single rounding errors do not average out. */
  @GoldenTest(GoldenKind.CLASSIFIER)
  void theGradientIsGuidedDiffusionsInBfloat16(GoldenCase golden) throws IOException {
    boolean narrow = golden.json().get("constructor").get("model_channels").asInt() < 8;
    assertIsGuidedDiffusions(golden, Compute.of(Precision.BFLOAT16), 0.1, narrow ? 0.2 : 0.1);
  }

  private void assertIsGuidedDiffusions(
      GoldenCase golden, Compute compute, double ofLogits, double ofGradients) throws IOException {
    copy(golden, folder);
    GoldenTensors io = golden.io();
    int rows = io.size("in.x", 0);
    var x = Rows.unstack(io.image("in.x"), rows);
    int[] t = io.ints("in.t");
    int[] y = io.ints("in.y");
    try (var classifier = ClassifierModel.load(folder, compute)) {
      List<Query<Integer>> queries = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        queries.add(new Query<>(x.get(row), t[row], y[row]));
      }
      var all = classifier.judge(queries);
      assertClose(stack(all, ClassifierModel.Judgement::logits), io.floats("out"), ofLogits);
      assertClose(
          stack(all, one -> new float[] {one.logProbability()}),
          io.floats("out.log_prob"),
          ofLogits);
      assertClose(
          stack(all, ClassifierModel.Judgement::gradient), io.image("out.gradient"), ofGradients);
    }
  }

  private static float[] stack(
      List<ClassifierModel.Judgement> all,
      java.util.function.Function<ClassifierModel.Judgement, float[]> part) {
    return Rows.stack(all.stream().map(part).toList());
  }

  /** A case as a folder of a classifier. */
  static void copy(GoldenCase golden, Path folder) throws IOException {
    var config =
        golden
            .config("constructor")
            .put("_class_name", ClassifierFolders.CLASS)
            .put("groups", golden.json().get("groups").asInt());
    Files.copy(
        golden.file("model.safetensors"),
        folder.resolve("model.safetensors"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(folder.resolve("config.json"), config.toString());
  }

  @GoldenTest(GoldenKind.CLASSIFIER)
  void settingsAreReadAsTheyAreWritten(GoldenCase golden) throws IOException {
    copy(golden, folder);
    var config = ClassifierFolders.read(folder);
    ClassifierFolders.writeConfig(folder, config);
    assertThat(ClassifierFolders.read(folder)).isEqualTo(config);
  }

  @Test
  void theNetworksOfPublishedFilesHaveAsManyTensorsAndValues() {
    record Size(String name, int tensors, long values) {}
    List<Size> sizes = new ArrayList<>();
    ClassifierFolders.published()
        .forEach(
            (name, config) -> {
              var shapes = ClassifierFolders.manifest(config).shapes().values();
              long values =
                  shapes.stream().mapToLong(s -> Arrays.stream(s).reduce(1, (a, b) -> a * b)).sum();
              sizes.add(new Size(name, shapes.size(), values));
            });
    assertThat(sizes)
        .containsExactly(
            new Size("64x64_classifier", 307, 65_438_568),
            new Size("128x128_classifier", 221, 42_568_040),
            new Size("256x256_classifier", 249, 54_096_360),
            new Size("512x512_classifier", 281, 54_448_360));
  }

  @Test
  void anUnknownPoolAndAnUnknownFieldNameThemselves() throws IOException {
    String defaultValue =
        "{\"_class_name\": \"EncoderUNetModel\", \"image_size\": 8, \"in_channels\": 3,"
            + " \"out_channels\": 4, \"model_channels\": 32, \"channel_mult\": [1],"
            + " \"num_res_blocks\": 1, \"num_head_channels\": 8, ";
    Files.writeString(folder.resolve("config.json"), defaultValue + "\"pool\": \"median\"}");
    assertThatThrownBy(() -> ClassifierFolders.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "pool: median (expected: one of attention, adaptive, spatial, spatial_v2)");
    Files.writeString(folder.resolve("config.json"), defaultValue + "\"pol\": \"adaptive\"}");
    assertThatThrownBy(() -> ClassifierFolders.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("pol");
  }
}
