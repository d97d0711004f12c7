package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.pipeline.LoraFiles;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Requests name low-rank updates that are registered at the server. */
@ExtendWith(TinyPipeline.Resolver.class)
class LoraServingTest {
  private static final StageOptions TWO_STEPS = StageOptions.newBuilder().setSteps(2).build();

  @TempDir private Path files = Path.of("");

  private final Path model;

  LoraServingTest(TinyPipeline tiny) {
    model = tiny.folder();
  }

  /** An update of the query projection of a block of the prior. */
  private Path update(String name, String layer) {
    return update(name, layer, new SafetensorsWriter());
  }

  private Path update(String name, String layer, SafetensorsWriter writer) {
    long width;
    try (var prior = ModelFolder.open(model).checkpoint("prior")) {
      width = prior.info("transformer_blocks.0.attn1.to_q.weight").shape()[0];
    }
    Path file = files.resolve(name + ".safetensors");
    var random = new Random(name.hashCode());
    writer
        .floats(
            layer + ".lora_A.weight", DType.F32, new long[] {2, width}, () -> some(random, width))
        .floats(
            layer + ".lora_B.weight", DType.F32, new long[] {width, 2}, () -> some(random, width))
        .write(file);
    return file;
  }

  private static float[] some(Random random, long width) {
    float[] values = new float[(int) (2 * width)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private Path update(String name) {
    return update(name, "transformer_blocks.0.attn1.to_q");
  }

  private LocalGeneration serve(Map<String, Path> loras) {
    return LocalGeneration.of(
        LocalModels.load(
            List.of(ServedModel.of(model)),
            OpenOptions.with(Residency.ALWAYS),
            Plugins.ofClassPath(),
            loras),
        ServerConfig.loopback());
  }

  private static GenerateImagesRequest.Builder request() {
    return Requests.textToImage("a red apple")
        .addSeeds(7)
        .putStages("prior", TWO_STEPS)
        .putStages("decoder", TWO_STEPS)
        .putStages("super_res", TWO_STEPS);
  }

  private static LoraChoice.Builder choice(String name) {
    return LoraChoice.newBuilder().setName(name);
  }

  @Test
  void aRegisteredUpdateChangesWhatIsDrawnAndStandsInTheRecipe() {
    Path ink = update("ink");
    try (var local = serve(Map.of("ink", ink, "oil", update("oil")))) {
      var plain = local.client().generate(request().build()).images().get(0);
      var inked = local.client().generate(request().addLoras(choice("ink").setScale(0.5)).build());
      var picture = inked.images().get(0);
      assertThat(picture.png()).isNotEqualTo(plain.png());
      var recipe = Recipes.fromJson(picture.recipe());
      assertThat(recipe.getRequest().getLorasList())
          .containsExactly(choice("ink").setScale(0.5).setDigest(LoraFiles.digest(ink)).build());
      assertThat(local.client().generate(recipe.getRequest()).images().get(0).png())
          .isEqualTo(picture.png());
      assertThat(local.client().models().get(0).getLorasList())
          .extracting(lora -> lora.getName() + " " + lora.getDigest())
          .contains("ink " + LoraFiles.digest(ink))
          .hasSize(2);
    }
  }

  /** With the updates of a student, the default is its steps, and others are refused. */
  @Test
  void aStudentDrawsInItsSteps() {
    String settings =
        """
        {"guidance": 1.0, "method": "direct", "samplers": ["ddim"], "steps": 1, "teacher": "t"}\
        """;
    var writer = new SafetensorsWriter().note(Students.NOTE, "{\"prior\": " + settings + "}");
    Path few = update("few", "transformer_blocks.0.attn1.to_q", writer);
    try (var local = serve(Map.of("few", few))) {
      var request = request().removeStages("prior").addLoras(choice("few"));
      var drawn = local.client().generate(request.build()).images().get(0);
      var prior = Recipes.fromJson(drawn.recipe()).getRequest().getStagesOrThrow("prior");
      assertThat(prior.getSteps()).isEqualTo(1);
      assertThat(prior.getSampler()).isEqualTo("ddim");
      assertThatThrownBy(
              () -> local.client().generate(request.putStages("prior", TWO_STEPS).build()))
          .hasMessageContaining("2 (expected: 1, for which the model was distilled)");
    }
  }

  /** Variants beyond the cache are loaded again, and give the same pixels. */
  @Test
  void variantsComeAndGo() {
    try (var local = serve(Map.of("ink", update("ink")))) {
      var first = request().addLoras(choice("ink")).build();
      byte[] before = local.client().generate(first).images().get(0).png();
      for (double scale : new double[] {0.25, -1, 2}) {
        local.client().generate(request().addLoras(choice("ink").setScale(scale)).build());
      }
      assertThat(local.client().generate(first).images().get(0).png()).isEqualTo(before);
    }
  }

  @Test
  void whatIsNotRegisteredIsRefused() {
    try (var local = serve(Map.of("ink", update("ink")))) {
      var wrong =
          request()
              .addLoras(choice("oil"))
              .addLoras(choice("ink").setDigest("sha256:0"))
              .addLoras(choice("ink").setScale(Double.NaN))
              .build();
      var error =
          catchThrowableOfType(GenerationException.class, () -> local.client().generate(wrong));
      assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(error)
          .hasMessageContaining("loras[0].name: \"oil\" (expected: one of ink)")
          .hasMessageContaining("loras[1].digest: \"sha256:0\"")
          .hasMessageContaining("loras[2].name: \"ink\" (expected: each once)");
    }
    try (var local = serve(Map.of())) {
      assertThatThrownBy(() -> local.client().generate(request().addLoras(choice("ink")).build()))
          .hasMessageContaining("(expected: none; the model has no registered updates)");
    }
  }

  @Test
  void anUpdateThatFitsNoModelIsRefusedAtTheStart() {
    Path stray = update("stray", "transformer_blocks.99.attn1.to_q");
    assertThatThrownBy(() -> serve(Map.of("stray", stray)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("transformer_blocks.99.attn1.to_q");
  }
}
