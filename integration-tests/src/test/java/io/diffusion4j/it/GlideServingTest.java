package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.inject.util.Modules;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.ResamplingOptions;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GLIDE is served on a real port, like any other model. */
class GlideServingTest {
  private static final StageOptions TWO_STEPS = StageOptions.newBuilder().setSteps(2).build();
  private static final int SIDE = TinyGlideFolder.LARGE;

  @SuppressWarnings("NullAway.Init") // before all tests
  private static LocalModels models;

  @SuppressWarnings("NullAway.Init") // before all tests
  private static DiffusionServer server;

  @SuppressWarnings("NullAway.Init") // before all tests
  private static GenerationClient client;

  @BeforeAll
  static void serve(@TempDir Path folder) throws IOException {
    TinyGlideFolder.write(folder, true);
    var served = List.of(ServedModel.of(folder, Precision.FLOAT32));
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
    return request.addSeeds(7).putStages("base", TWO_STEPS).putStages("upsampler", TWO_STEPS);
  }

  @Test
  void theModelIsListedWithItsOwnStages() {
    Model listed = client.models().get(0);
    assertThat(listed.getName()).isEqualTo("glide");
    assertThat(listed.getTasksList()).containsExactly("text_to_image", "inpaint");
    assertThat(listed.getStagesList())
        .extracting(ModelStage::getName)
        .containsExactly("base", "upsampler");
    assertThat(listed.getStages(0).getDefaultSampler()).isEqualTo("ddpm");
    assertThat(listed.getStages(0).getDefaultGuidanceScale()).isEqualTo(3);
    assertThat(listed.getStages(1).getDefaultSteps()).isEqualTo(27);
    assertThat(listed.getStages(1).getGuided()).isFalse();
    assertThat(listed.getImageWidth()).isEqualTo(SIDE);
    assertThat(listed.getWeightsDigest()).startsWith("sha256:");
  }

  @Test
  void aTextBecomesAPictureWithPreviewsWhoseRecipeDrawsItAgain() throws IOException {
    Set<String> previews = new LinkedHashSet<>();
    var request = fast(Requests.textToImage("a cat")).setImageCount(2);
    request.putStages("base", StageOptions.newBuilder().setSteps(3).build());
    request.getPreviewBuilder().setEverySteps(1);
    Generation generation =
        client.generate(
            request.build(),
            new ProgressListener() {
              @Override
              public void onProgress(Progress progress) {}

              @Override
              public void onPreview(Preview preview) {
                previews.add(preview.getStage() + " " + preview.getWidth());
              }
            });
    assertThat(previews).contains("base " + TinyGlideFolder.SMALL);
    assertThat(generation.images()).hasSize(2);
    byte[] png = generation.images().get(1).png();
    assertThat(ImageFiles.read(png, 1 << 20).width()).isEqualTo(SIDE);
    var recipe = Recipes.fromJson(Png.text(png).getOrDefault(Recipes.KEYWORD, ""));
    assertThat(recipe.getRequest().getStagesOrThrow("base").getSampler()).isEqualTo("ddpm");
    assertThat(client.generate(recipe.getRequest()).images().get(0).png()).isEqualTo(png);
  }

  @Test
  void aPictureIsCompletedAndKeptWhereTheMaskIsBlack() throws IOException {
    float[] pixels = new float[3 * SIDE * SIDE];
    float[] mask = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 17 / 8f - 1;
      mask[i] = i < pixels.length / 2 ? -1 : 1;
    }
    var picture = new Image(SIDE, SIDE, pixels);
    byte[] image = Png.encode(picture, Map.of());
    byte[] black = Png.encode(new Image(SIDE, SIDE, mask), Map.of());
    var request = fast(Requests.inpaint(image, black, "a cat"));
    Generation generation = client.generate(request.build());
    byte[] done = Rgb8.of(ImageFiles.read(generation.images().get(0).png(), 1 << 20)).pixels();
    byte[] given = Rgb8.of(picture).pixels();
    int half = given.length / 2;
    assertThat(Arrays.copyOf(done, half)).isEqualTo(Arrays.copyOf(given, half));
    assertThat(Arrays.copyOfRange(done, half, given.length))
        .isNotEqualTo(Arrays.copyOfRange(given, half, given.length));
    // Inpainting has defaults of its own.
    var planned = generation.plan().getRequest();
    assertThat(planned.getStagesOrThrow("base").getGuidanceScale()).isEqualTo(5);
    assertThat(planned.getStagesOrThrow("upsampler").getSampler()).isEqualTo("ddpm");

    var again = request.clone();
    again
        .getInpaintBuilder()
        .setResampling(ResamplingOptions.newBuilder().setJumpLength(2).setTimes(2));
    assertThatThrownBy(() -> client.generate(again.build()))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("(expected: none; GLIDE sees the known pixels at every step)");
  }

  @Test
  void aRequestIsCancelledAndTheNextIsDrawn() {
    var slow =
        Requests.textToImage("a cat")
            .putStages("base", StageOptions.newBuilder().setSteps(900).build());
    assertThatThrownBy(
            () ->
                client.generate(
                    slow.build(),
                    progress -> {
                      throw new CancellationException("enough");
                    }))
        .isInstanceOf(CancellationException.class);
    assertThat(client.generate(fast(Requests.textToImage("a dog")).build()).images()).hasSize(1);
  }

  @Test
  void aTaskOfOtherModelsIsRefused() {
    byte[] png = Png.encode(new Image(8, 8, new float[3 * 8 * 8]), Map.of());
    var refused =
        catchThrowableOfType(
            GenerationException.class, () -> client.generate(Requests.variation(png).build()));
    assertThat(refused.code()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(refused)
        .hasMessageContaining("task: variation (expected: one of text_to_image, inpaint");
  }
}
