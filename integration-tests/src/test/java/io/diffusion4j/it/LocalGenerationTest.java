package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A model folder in the process of an application. */
@ExtendWith(TinyPipeline.Resolver.class)
class LocalGenerationTest {
  private static final StageOptions TWO_STEPS = StageOptions.newBuilder().setSteps(2).build();

  private final Path folder;

  LocalGenerationTest(TinyPipeline tiny) {
    folder = tiny.folder();
  }

  private static GenerateImagesRequest.Builder request(String prompt) {
    return Requests.textToImage(prompt)
        .addSeeds(7)
        .putStages("prior", TWO_STEPS)
        .putStages("decoder", TWO_STEPS)
        .putStages("super_res", TWO_STEPS);
  }

  @Test
  void aFolderAnswersWithFilesAndPreviews() {
    try (var local = LocalGeneration.open(folder)) {
      List<String> previews = new ArrayList<>();
      var request = request("a red apple").setImageCount(2);
      request.getPreviewBuilder().setEverySteps(1);
      var generation =
          local
              .client()
              .generate(
                  request.build(),
                  new ProgressListener() {
                    @Override
                    public void onProgress(Progress progress) {}

                    @Override
                    public void onPreview(Preview preview) {
                      previews.add(preview.getStage());
                    }
                  });
      assertThat(generation.images()).hasSize(2);
      assertThat(previews).contains("decoder");
      assertThat(local.client().generate(request("a red apple").build()).images().get(0).png())
          .isEqualTo(generation.images().get(0).png());
    }
  }

  @Test
  void whatIsClosedAnswersNoMore() {
    var local =
        LocalGeneration.of(
            LocalModels.load(
                List.of(ServedModel.of(folder, TinyPipeline.PRECISION)),
                OpenOptions.with(Residency.ONE_AT_A_TIME)),
            ServerConfig.loopback().withRows(1));
    var client = local.client();
    assertThat(client.models()).hasSize(1);
    local.close();
    var error = catchThrowableOfType(GenerationException.class, client::models);
    assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void aFolderThatIsNoneIsRefused(@TempDir Path empty) {
    assertThatThrownBy(() -> LocalGeneration.open(empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "model: "
                + empty
                + " (expected: a folder with model_index.json, or with config.json of a"
                + " UNet2DModel, DiTTransformer2DModel or UViT, or with GLIDE's base, upsample and"
                + " tokenizer)");
  }

  @Test
  void aDamagedFolderIsRefused(@TempDir Path copy) throws IOException {
    Folders.copy(folder, copy);
    Files.write(copy.resolve("prior/diffusion_pytorch_model.safetensors"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> LocalGeneration.open(copy)).isInstanceOf(CheckpointException.class);
  }
}
