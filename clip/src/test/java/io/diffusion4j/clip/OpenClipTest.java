package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of open_clip answer as open_clip does. */
class OpenClipTest {
  @TempDir private Path folder = Path.of("");

  @GoldenTest(GoldenKind.OPEN_CLIP)
  void towersAndPixelsAreOpenClips(GoldenCase golden) {
    GoldenTensors io = golden.io();
    var model = OpenClip.read(golden.folder());
    var network = model.network();
    int rows = io.size("in.input_ids", 0);
    int[] ids = io.ints("in.input_ids");
    var texts = new Batch(rows).ints(ClipTextNetwork.IDS, ids);
    texts.floats(ClipTextNetwork.END, ends(ids, network.text().positions()));
    float[] text = run(golden, network.text(), ClipNetwork::isText, texts).get(1);
    assertClose(text, io.floats("out.text_features_raw"), 1e-5);
    var pictures = new Batch(rows).floats(ClipVisionNetwork.PIXELS, io.image("in.pixel_values"));
    float[] image = run(golden, network.vision(), ClipNetwork::isVision, pictures).get(0);
    assertClose(image, io.floats("out.image_features_raw"), 1e-5);

    var picture = new Rgb8(io.size("in.image", 1), io.size("in.image", 0), io.bytes("in.image"));
    assertClose(model.preprocessor().pixels(picture), io.image("out.pixel_values"), 1e-6);
  }

  /** 1 at the largest token of each text, the first of several. */
  private static float[] ends(int[] ids, int length) {
    float[] ends = new float[ids.length];
    for (int row = 0; row < ids.length; row += length) {
      int end = row;
      for (int i = row; i < row + length; i++) {
        end = ids[i] > ids[end] ? i : end;
      }
      ends[end] = 1;
    }
    return ends;
  }

  private static List<float[]> run(
      GoldenCase golden, NetworkDefinition network, Predicate<String> names, Batch batch) {
    try (var checkpoint = Checkpoint.open(golden.folder(), OpenClip.WEIGHTS);
        var compiled =
            new CompiledNetwork(
                network,
                OpenAiClip.weights(checkpoint).only(names),
                Compute.of(Precision.FLOAT32))) {
      return compiled.run(batch);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"init_logit_bias\": -10 | `` | `` | init_logit_bias: -10 (expected: null)",
        "\"multimodal_cfg\": {} | `` | `` | multimodal_cfg: {} (expected: null)",
        "`` | \"timm_model_name\": \"vit\" | `` | timm_model_name: \"vit\" (expected: null)",
        "`` | \"layers\": [3, 4] | `` | layers: […] (expected: an integer",
        "`` | \"pool_type\": \"avg\" | `` | pool_type: \"avg\" (expected: tok)",
        "`` | `` | \"hf_model_name\": \"bert\" | hf_model_name: \"bert\" (expected: null)",
        "`` | `` | \"no_causal_mask\": true | no_causal_mask: true (expected: false)",
        "`` | `` | \"windows\": 3 | unknown fields: model_cfg.text_cfg.windows",
      })
  void whatIsNoClipIsRefusedByName(String model, String vision, String text, String message)
      throws IOException {
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        """
        {"model_cfg": {"embed_dim": 8%s, "vision_cfg": {"width": 64%s}, "text_cfg": {%s}}}
        """
            .formatted(after(model), after(vision), text == null ? "" : text));
    assertThatThrownBy(() -> OpenClip.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("open_clip_config.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void whatChangesNothingIsAccepted() throws IOException {
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        """
        {"model_cfg": {"embed_dim": 8, "vision_cfg": {"width": 64, "image_seq_len": 256},
          "text_cfg": {"pad_id": 1}}}
        """);
    var preprocessor = OpenClip.read(folder).preprocessor();
    assertThat(preprocessor.fit()).isEqualTo(ClipPreprocessor.Fit.CROP_HALF_TO_EVEN);
  }

  private static String after(String field) {
    return field == null || field.isBlank() ? "" : ", " + field;
  }

  @ParameterizedTest
  @CsvSource({"1280, 80, 4, 16, 5120", "1664, 104, 4.9231, 16, 8192", "1408, 88, 4.3637, 16, 6144"})
  void headsAndWidthsAreThoseOfThePublishedModels(
      int width, int head, double ratio, int heads, int intermediate) throws IOException {
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        """
        {"model_cfg": {"embed_dim": 8, "text_cfg": {},
          "vision_cfg": {"width": %d, "head_width": %d, "mlp_ratio": %s, "patch_size": 14}}}
        """
            .formatted(width, head, ratio));
    var vision = OpenClip.read(folder).network().vision().transformer();
    assertThat(vision.heads()).isEqualTo(heads);
    assertThat(vision.intermediate()).isEqualTo(intermediate);
  }
}
