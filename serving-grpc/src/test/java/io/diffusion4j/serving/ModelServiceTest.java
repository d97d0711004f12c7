package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.v1.GetModelRequest;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import io.diffusion4j.serving.v1.ModelStage;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelServiceTest {
  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private ModelServiceBlockingStub models;

  @BeforeAll
  void start() throws IOException {
    server = new TestServer(ToyModel.named("b"), ToyModel.named("c"), ToyModel.named("a"));
    models = ModelServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aModelTellsWhatCanBeAskedOfIt() {
    Model model = models.getModel(GetModelRequest.newBuilder().setName("a").build()).getModel();
    assertThat(model.getName()).isEqualTo("a");
    assertThat(model.getLicense()).isEqualTo("Apache-2.0");
    assertThat(model.getWeightsDigest()).matches("sha256:[0-9a-f]{64}");
    assertThat(model.getTasksList())
        .containsExactly(
            "text_to_image",
            "variation",
            "interpolation",
            "inpaint",
            "image_to_image",
            "upscale",
            "text_diff",
            "from_embedding",
            "unconditional");
    assertThat(model.getImageWidth()).isEqualTo(ToyModel.LARGE);
    assertThat(model.getMaxImageCount()).isEqualTo(ToyModel.MAX_IMAGES);
    assertThat(model.getOutputMediaTypesList()).containsExactly("image/png");
    assertThat(model.getStagesList())
        .extracting(ModelStage::getName)
        .containsExactly("prior", "decoder", "super_res");
    ModelStage decoder = model.getStages(1);
    assertThat(decoder.getSamplersList()).contains("ddim", "dpmpp-2m").isSorted();
    assertThat(decoder.getDefaultSampler()).isEqualTo("ddpm-small");
    assertThat(decoder.getSchedulesList()).contains("leading", "trailing").isSorted();
    assertThat(decoder.getThresholdingsList()).containsExactly("clip", "dynamic", "none");
    assertThat(model.getStages(0).getSchedulesList()).isEmpty();
    assertThat(decoder.getDefaultSteps()).isEqualTo(4);
    assertThat(decoder.getMaxSteps()).isEqualTo(1000);
    assertThat(decoder.getGuided()).isTrue();
    assertThat(decoder.getDefaultGuidanceScale()).isEqualTo(3);
    assertThat(decoder.getImageHeight()).isEqualTo(ToyModel.SMALL);
    assertThat(model.getStages(2).getGuided()).isFalse();
  }

  @Test
  void aModelTellsItsWordsWhereItIsAskedForAlone() {
    Model alone = models.getModel(GetModelRequest.newBuilder().setName("a").build()).getModel();
    assertThat(alone.getWordsList()).containsExactlyElementsOf(ToyModel.WORDS);
    assertThat(models.listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
        .isNotEmpty()
        .allSatisfy(listed -> assertThat(listed.getWordsList()).isEmpty());
  }

  @Test
  void onlyWhatAModelCanDoIsListed() throws IOException {
    try (var texts = new TestServer(ToyModel.ofTextsOnly("texts"))) {
      var answer =
          ModelServiceGrpc.newBlockingStub(texts.channel)
              .getModel(GetModelRequest.getDefaultInstance());
      assertThat(answer.getModel().getTasksList()).containsExactly("text_to_image");
    }
  }

  @Test
  void theFirstThatWasBoundIsTheDefault() {
    assertThat(models.getModel(GetModelRequest.getDefaultInstance()).getModel().getName())
        .isEqualTo("b");
    assertThat(models.listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
        .filteredOn(Model::getIsDefault)
        .extracting(Model::getName)
        .containsExactly("b");
  }

  @Test
  void modelsAreListedByNameInPages() {
    var first = models.listModels(ListModelsRequest.newBuilder().setPageSize(2).build());
    assertThat(first.getModelsList()).extracting(Model::getName).containsExactly("a", "b");
    var second =
        models.listModels(
            ListModelsRequest.newBuilder()
                .setPageSize(Integer.MAX_VALUE)
                .setPageToken(first.getNextPageToken())
                .build());
    assertThat(second.getModelsList()).extracting(Model::getName).containsExactly("c");
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void aPageThatIsNoneIsRefused() {
    var refusal =
        Refusal.of(
            () ->
                models.listModels(
                    ListModelsRequest.newBuilder().setPageSize(-1).setPageToken("z").build()));
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.message())
        .isEqualTo(
            "page_size: -1 (expected: ≥ 0); page_token: \"z\" (expected: a next_page_token of this"
                + " method)");
  }

  @Test
  void anUnknownModelIsNotFound() {
    var refusal =
        Refusal.of(() -> models.getModel(GetModelRequest.newBuilder().setName("z").build()));
    assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
    assertThat(refusal.message()).isEqualTo("name: \"z\" (expected: one of a, b, c)");
  }

  @Test
  void twoModelsOfOneNameAreRefused() {
    ImagePipeline one = ToyModel.named("a");
    ImagePipeline other = ToyModel.named("a");
    assertThatThrownBy(() -> new Models(Set.of(one, other))).hasMessage("models: two named a");
    assertThatThrownBy(() -> new Models(Set.of()))
        .hasMessage("models: none (expected: at least one)");
  }

  @Test
  void aCardWithAnUnknownDefaultSamplerIsRefused() {
    Stage stage = ToyModel.card("a").stages().get(0);
    StageChoices choices = stage.denoising().orElseThrow().choices();
    assertThatThrownBy(() -> choices.withDefaults("dmp", choices.defaultSteps()))
        .hasMessageStartingWith("sampler: dmp (expected: one of consistency,");
    assertThatThrownBy(() -> ToyModel.card("../a"))
        .hasMessageStartingWith("name: ../a (expected: up to 64 letters");
  }
}
