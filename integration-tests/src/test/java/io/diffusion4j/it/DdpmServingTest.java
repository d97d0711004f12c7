package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.util.Modules;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A published DDPM folder is served on a real port, like any other model. */
class DdpmServingTest {
  private static final Path FOLDER = GoldenRoots.shipped().folders().get(2).resolve("ddpm/cifar10");

  @SuppressWarnings("NullAway.Init") // before all tests
  private static LocalModels models;

  @SuppressWarnings("NullAway.Init") // before all tests
  private static DiffusionServer server;

  @SuppressWarnings("NullAway.Init") // before all tests
  private static GenerationClient client;

  @BeforeAll
  static void serve() throws IOException {
    var served = List.of(ServedModel.of(FOLDER, Precision.FLOAT32));
    models = LocalModels.load(served, OpenOptions.with(Residency.ALWAYS));
    server = models.server(ServerConfig.loopback().withPort(0), Modules.EMPTY_MODULE).start();
    client = GenerationClient.connect("127.0.0.1:" + server.port());
  }

  @AfterAll
  static void close() {
    client.close();
    server.close();
    models.close();
  }

  private static GenerateImagesRequest.Builder fast(GenerateImagesRequest.Builder request) {
    return request.addSeeds(7).putStages("decoder", StageOptions.newBuilder().setSteps(3).build());
  }

  @Test
  void theModelIsListedWithItsTasks() {
    Model listed = client.models().get(0);
    assertThat(listed.getName()).isEqualTo("ddpm");
    assertThat(listed.getTasksList())
        .containsExactly("interpolation", "inpaint", "image_to_image", "unconditional");
    assertThat(listed.getStages(0).getDefaultSampler()).isEqualTo("ddpm-large");
    assertThat(listed.getStages(0).getDefaultSteps()).isEqualTo(1000);
  }

  @Test
  void picturesWithoutWordsAreDrawnAndTheirRecipesDrawThemAgain() throws IOException {
    var request = fast(Requests.unconditional(OptionalInt.empty())).setImageCount(2);
    Generation generation = client.generate(request.build());
    assertThat(generation.images()).hasSize(2);
    byte[] png = generation.images().get(1).png();
    var recipe = Recipes.fromJson(Png.text(png).getOrDefault(Recipes.KEYWORD, ""));
    assertThat(client.generate(recipe.getRequest()).images().get(0).png()).isEqualTo(png);
  }

  @Test
  void aPictureIsDrawnOnFromWithoutWords() throws IOException {
    byte[] first =
        client
            .generate(fast(Requests.unconditional(OptionalInt.empty())).build())
            .images()
            .get(0)
            .png();
    byte[] kept =
        client.generate(fast(Requests.imageToImage(first, 0, "")).build()).images().get(0).png();
    byte[] changed =
        client.generate(fast(Requests.imageToImage(first, 0.7, "")).build()).images().get(0).png();
    assertThat(pixels(kept)).isEqualTo(pixels(first));
    assertThat(pixels(changed)).isNotEqualTo(pixels(first));
  }

  private static float[] pixels(byte[] png) throws IOException {
    return ImageFiles.read(png, 1 << 20).pixels();
  }

  @Test
  void wordsAndClassesAreRefused() {
    assertThatThrownBy(() -> client.generate(Requests.textToImage("a cat").build()))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("text_to_image")
        .hasMessageContaining("unconditional");
    assertThatThrownBy(
            () -> client.generate(fast(Requests.unconditional(OptionalInt.of(3))).build()))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("label: 3 (expected: none; the model knows no classes)");
    assertThatThrownBy(
            () -> client.generate(fast(Requests.unconditional(OptionalInt.of(-3))).build()))
        .hasMessageContaining("unconditional.label: -3 (expected: ≥ 0)");
  }
}
