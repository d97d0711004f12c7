package io.diffusion4j.unclip;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;

/**
 * A pipeline folder that diffusers saved draws the images that diffusers drew, given the same
 * noise. The tolerance of a whole pipeline is 10⁻⁴ of the largest value: the float32 errors of
 * three networks, multiplied by guidance of 4 and 8.
 */
class UnclipParityTest {
  private static final double TOLERANCE = 1e-4;

  private static final Map<Path, UnclipModel> MODELS = new HashMap<>();

  @AfterAll
  static void close() {
    MODELS.values().forEach(UnclipModel::close);
  }

  /** The folder of the pipeline of a case, which may be that of an earlier root. */
  private static Path folder(GoldenCase golden) {
    Path index = golden.json().has("prompts") ? Path.of("") : Path.of("..");
    return golden.file(index.resolve("model_index.json").toString()).resolveSibling("");
  }

  private static UnclipModel model(GoldenCase golden) {
    return MODELS.computeIfAbsent(
        folder(golden), folder -> UnclipModel.load(folder, Compute.of(Precision.FLOAT32)));
  }

  private static List<String> prompts(GoldenCase golden) {
    List<String> prompts = new ArrayList<>();
    golden.json().get("prompts").forEach(prompt -> prompts.add(prompt.asText()));
    return prompts;
  }

  /** How a stage of the folder draws by default, with the arguments of the run. */
  private static SamplingSettings settings(GoldenCase golden, String name, Stage stage) {
    var defaults = stage.defaults();
    double guidance = golden.json().path(name + "_guidance_scale").asDouble(1);
    return defaults
        .withSteps(golden.json().path(name + "_num_inference_steps").asInt(defaults.steps()))
        .withGuidanceScale(GuidanceScale.constant(guidance));
  }

  private static Map<String, SamplingSettings> stages(GoldenCase golden) {
    var model = model(golden);
    return Drawing.stages(
        settings(golden, "prior", model.prior().stage()),
        settings(golden, "decoder", model.decoder().stage()),
        settings(golden, "super_res", model.upsampler().stage()));
  }

  @GoldenTest(GoldenKind.UNCLIP_PIPELINE)
  void theTokensAreThoseOfTheReference(GoldenCase golden) {
    GoldenTensors io = golden.io();
    var prompts = prompts(golden);
    int length = io.size("in.input_ids", 1);
    for (int row = 0; row < prompts.size(); row++) {
      var tokens = model(golden).tokenizer().encode(prompts.get(row));
      assertThat(tokens.ids())
          .isEqualTo(Arrays.copyOfRange(io.ints("in.input_ids"), row * length, (row + 1) * length));
      assertThat(Rows.ones(tokens.mask())).isEqualTo(io.row("in.attention_mask", row));
    }
  }

  @GoldenTest(GoldenKind.UNCLIP_PIPELINE)
  void thePriorDrawsTheEmbeddingsOfTheReference(GoldenCase golden) {
    assertClose(
        Rows.stack(generate(golden, prompts(golden)).imageEmbeddings()),
        golden.io().floats("out.image_embeddings"),
        TOLERANCE);
  }

  @GoldenTest(GoldenKind.UNCLIP_PIPELINE)
  void promptsBecomeThePicturesOfTheReference(GoldenCase golden) {
    assertAreTheReferences(golden, prompts(golden));
  }

  @GoldenTest(GoldenKind.UNCLIP_PIPELINE)
  void aPromptAloneBecomesThePictureItBecomesInCompany(GoldenCase golden) {
    assertAreTheReferences(golden, prompts(golden).subList(0, 1));
  }

  /**
   * A picture that the last bit of the noise moves further than the tolerance cannot be compared:
   * random networks can amplify rounding errors until the reference differs from itself, with
   * another number of threads. At least one picture of a case is compared.
   */
  private static void assertAreTheReferences(GoldenCase golden, List<String> prompts) {
    var pictures = generate(golden, prompts).images();
    int compared = 0;
    for (int i = 0; i < pictures.size(); i++) {
      float[] picture = unit(pictures.subList(i, i + 1));
      float[] reference = golden.io().row("out.image", i);
      if (distance(picture, reference) > TOLERANCE) {
        var nudged = generate(golden, prompts, UnclipParityTest::nudged).images();
        if (distance(picture, unit(nudged.subList(i, i + 1))) > TOLERANCE) {
          continue;
        }
      }
      assertClose(picture, reference, TOLERANCE);
      compared++;
    }
    assertThat(compared).isPositive();
  }

  private static double distance(float[] one, float[] other) {
    double most = 0;
    for (int i = 0; i < one.length; i++) {
      most = Math.max(most, Math.abs(one[i] - other[i]));
    }
    return most;
  }

  /** The same noise, with the last bit of each number changed. */
  private static NoiseSource nudged(NoiseSource noise) {
    return (stage, step, size) -> {
      float[] values = noise.gaussian(stage, step, size);
      for (int i = 0; i < size; i++) {
        values[i] = Math.nextUp(values[i]);
      }
      return values;
    };
  }

  @GoldenTest(GoldenKind.UNCLIP_VARIATION)
  void imagesBecomeTheVariationsOfTheReference(GoldenCase golden) {
    var model = model(golden);
    GoldenTensors io = golden.io();
    int rows = io.size("in.pixel_values", 0);
    // The reference was given prepared pixels, so the tower is called without our preprocessing.
    Path tower = folder(golden).resolve("image_encoder");
    List<float[]> embeddings =
        Rows.unstack(
            new Golden(tower)
                .run(
                    ClipFolders.readVision(tower),
                    new Batch(rows).floats("pixels", io.image("in.pixel_values")),
                    Precision.FLOAT32)
                .get(0),
            rows);
    var variation =
        Drawing.of(
            model,
            new ImageTask.FromEmbedding(embeddings, ImageTask.Words.NONE),
            stages(golden),
            RecordedNoise.of(golden.folder().resolve("noise.safetensors"), rows));
    assertClose(unit(variation.images()), io.floats("out.image"), TOLERANCE);
  }

  /** The first prompts of a case, with its noise. */
  private static Drawing generate(GoldenCase golden, List<String> prompts) {
    return generate(golden, prompts, noise -> noise);
  }

  private static Drawing generate(
      GoldenCase golden, List<String> prompts, UnaryOperator<NoiseSource> change) {
    var noise =
        RecordedNoise.of(golden.folder().resolve("noise.safetensors"), prompts(golden).size());
    var task =
        new ImageTask.TextToImage(
            prompts.stream().map(prompt -> new ImageTask.Words(prompt, "")).toList());
    return Drawing.of(
        model(golden),
        task,
        stages(golden),
        noise.subList(0, prompts.size()).stream().map(change).toList());
  }

  /** Pixels in [0, 1], as the reference gives them. */
  private static float[] unit(List<Image> images) {
    float[] pixels = Rows.stack(images.stream().map(Image::pixels).toList());
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(0, Math.min(1, pixels[i] * 0.5f + 0.5f));
    }
    return pixels;
  }
}
