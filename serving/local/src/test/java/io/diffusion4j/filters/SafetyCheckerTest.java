package io.diffusion4j.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of the published layout, with random weights of another size. */
class SafetyCheckerTest {
  private static final int SIZE = 8;
  private static final int CONCEPTS = 5;
  private static final int SPECIAL = 2;
  private static final Compute COMPUTE = Compute.of(Precision.FLOAT32);
  private static final SafetyChecker.Settings SETTINGS =
      new SafetyChecker.Settings("safety", "", 0, 0);
  private static final ClipVisionNetwork NETWORK =
      new ClipVisionNetwork(new Transformer(16, 32, 2, 2, Activation.QUICK_GELU, 1e-5), SIZE, 4, 6);

  private static final String CONFIG =
      """
      {
        "_name_or_path": "somewhere",
        "architectures": ["StableDiffusionSafetyChecker"],
        "initializer_factor": 1.0,
        "logit_scale_init_value": 2.6592,
        "model_type": "clip",
        "projection_dim": 6,
        "text_config": {"hidden_size": 7, "model_type": "clip_text_model"},
        "text_config_dict": null,
        "torch_dtype": "float32",
        "transformers_version": null,
        "vision_config": {
          "attention_dropout": 0.0, "dropout": 0.0, "hidden_act": "quick_gelu", "hidden_size": 16,
          "image_size": 8, "initializer_range": 0.02, "intermediate_size": 32,
          "layer_norm_eps": 1e-05, "model_type": "clip_vision_model", "num_attention_heads": 2,
          "num_channels": 3, "num_hidden_layers": 2, "patch_size": 4
        },
        "vision_config_dict": null
      }
      """;

  private final TensorMap tower = RandomWeights.of(NETWORK, 3);

  private static float[] random(String name, int count) {
    return new PhiloxNoise(5, 0).gaussian(name, 0, count);
  }

  private TensorMap tensors() {
    var all = new TensorMap();
    for (String key : tower.names()) {
      String stored = key.startsWith("vision_model.") ? "vision_model." + key : key;
      all.put(stored, tower.shape(key), tower.read(key));
    }
    return all.put(
            "vision_model.vision_model.embeddings.position_ids", new long[] {1}, new float[1])
        .put("concept_embeds", new long[] {CONCEPTS, 6}, random("concepts", CONCEPTS * 6))
        .put("concept_embeds_weights", new long[] {CONCEPTS}, random("weights", CONCEPTS))
        .put("special_care_embeds", new long[] {SPECIAL, 6}, random("special", SPECIAL * 6))
        .put("special_care_embeds_weights", new long[] {SPECIAL}, new float[] {-1, 2});
  }

  private static Path write(Path folder, TensorMap tensors) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, tensors, name -> true, DType.F32, Map.of());
    return folder;
  }

  /** The oracle is the tower alone and the published formula, written out again. */
  @Test
  void scoresAreThoseOfTheFormulaOnTheTowersEmbedding(@TempDir Path folder) throws IOException {
    List<Image> pictures = List.of(picture(1), picture(2), picture(3));
    List<float[]> embeddings;
    try (var alone = new ClipImageModel(ClipPreprocessor.clip(SIZE), NETWORK, tower, COMPUTE)) {
      embeddings = alone.encode(pictures);
    }
    try (var checker = SafetyChecker.open(write(folder, tensors()), SETTINGS, COMPUTE)) {
      List<List<ConceptScore>> scores = checker.score(pictures);
      for (int i = 0; i < pictures.size(); i++) {
        for (int c = 0; c < CONCEPTS; c++) {
          double cosine = cosine(embeddings.get(i), random("concepts", CONCEPTS * 6), c);
          double weight = random("weights", CONCEPTS)[c];
          assertThat(scores.get(i).get(c).score()) // the first special-care weight always adjusts
              .isCloseTo(cosine - weight + 0.01, within(6e-4));
        }
        assertThat(scores.get(i)).hasSize(CONCEPTS + SPECIAL);
        assertThat(scores.get(i).get(CONCEPTS).threshold()).isInfinite();
      }
    }
  }

  private static double cosine(float[] a, float[] rows, int row) {
    double dot = 0;
    double lengthOfA = 0;
    double lengthOfRow = 0;
    for (int k = 0; k < a.length; k++) {
      double b = rows[row * a.length + k];
      dot += a[k] * b;
      lengthOfA += a[k] * a[k];
      lengthOfRow += b * b;
    }
    return dot / Math.sqrt(lengthOfA * lengthOfRow);
  }

  private static Image picture(int seed) {
    float[] pixels = new PhiloxNoise(seed, 0).gaussian("picture", 0, 3 * SIZE * SIZE);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    return new Image(SIZE, SIZE, pixels);
  }

  @Test
  void aDamagedFolderIsReportedWithAllThatIsWrong(@TempDir Path folder) throws IOException {
    var damaged = new TensorMap().put("concept_embeds", new long[] {CONCEPTS, 7}, new float[35]);
    write(folder, damaged.put("other", new long[] {1}, new float[1]));
    assertThatThrownBy(() -> SafetyChecker.open(folder, SETTINGS, COMPUTE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("shape of concept_embeds")
        .hasMessageContaining("missing: special_care_embeds ")
        .hasMessageContaining("missing: visual_projection.weight")
        .hasMessageContaining("unused: other");
  }

  @Test
  void anotherModelIsRefused(@TempDir Path folder) throws IOException {
    write(folder, tensors());
    Files.writeString(
        folder.resolve("config.json"), CONFIG.replace("StableDiffusionSafetyChecker", "CLIPModel"));
    assertThatThrownBy(() -> SafetyChecker.open(folder, SETTINGS, COMPUTE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("CLIPModel");
  }
}
