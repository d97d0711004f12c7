package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageChunk;
import io.diffusion4j.serving.v1.OutputOptions;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.diffusion4j.serving.v1.Priority;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse.EventCase;
import io.diffusion4j.serving.v1.Warning;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The response to a request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GenerationTest {
  private final AtomicInteger decoderCalls = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @BeforeAll
  void start() throws IOException {
    server = new TestServer(ToyModel.named("toy", query -> decoderCalls.incrementAndGet()));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aPromptBecomesAPngOfTheSizeOnTheCard() throws IOException {
    var response = generate(request("a red apple"));
    assertThat(response.getImagesList()).hasSize(1);
    GeneratedImage image = response.getImages(0);
    var decoded = ImageIO.read(new ByteArrayInputStream(image.getData().toByteArray()));
    assertThat(decoded.getWidth()).isEqualTo(ToyModel.LARGE);
    assertThat(decoded.getHeight()).isEqualTo(ToyModel.LARGE);
    assertThat(image.getMetadata().getMediaType()).isEqualTo("image/png");
    assertThat(image.getMetadata().getSizeBytes()).isEqualTo(image.getData().size());
    assertThat(image.getMetadata().getSha256()).isEqualTo(sha256(image.getData()));
    assertThat(response.getUsage().getImages()).isEqualTo(1);
    assertThat(response.getUsage().getImageSteps()).isEqualTo(3 + 4 + 2);
    assertThat(response.getUsage().getStagesList())
        .extracting(stage -> stage.getStage())
        .containsExactly("prior", "decoder", "super_res");
    assertThat(UUID.fromString(response.getRequestId())).isNotNull();
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() {
    var one = generate(request("a cat").addSeeds(7)).getImages(0).getData();
    assertThat(generate(request("a cat").addSeeds(7)).getImages(0).getData()).isEqualTo(one);
    assertThat(generate(request("a cat").addSeeds(8)).getImages(0).getData()).isNotEqualTo(one);
    assertThat(generate(request("a dog!").addSeeds(7)).getImages(0).getData()).isNotEqualTo(one);
  }

  @Test
  void scheduleEtaAndThresholdingAreTheRequestsOrTheStagesOwn() {
    var defaults = StageOptions.newBuilder().setSampler("ddim").build();
    ByteString own = decoded(defaults);
    assertThat(decoded(defaults.toBuilder().setEta(0).build())).isEqualTo(own);
    assertThat(decoded(defaults.toBuilder().setSchedule("trailing").build())).isEqualTo(own);
    assertThat(decoded(defaults.toBuilder().setThresholding("clip").build())).isEqualTo(own);
    for (StageOptions other :
        List.of(
            defaults.toBuilder().setEta(1).build(),
            defaults.toBuilder().setSchedule("leading").build(),
            defaults.toBuilder().setThresholding("none").build())) {
      assertThat(decoded(other)).as(other.toString()).isNotEqualTo(own).isEqualTo(decoded(other));
    }
  }

  /** Draws an image without a recipe, with these options for the decoder. */
  private ByteString decoded(StageOptions options) {
    var response =
        generate(
            request("a cat")
                .addSeeds(7)
                .putStages("decoder", options)
                .setOutput(OutputOptions.newBuilder().setEmbedRecipe(false)));
    assertThat(response.getPlan().getRequest().getStagesOrThrow("decoder").getSchedule())
        .isEqualTo(options.getSchedule());
    return response.getImages(0).getData();
  }

  @Test
  void seedsAreSpreadOverTheImagesAndThenOverStreams() {
    var response = generate(request("cats").setImageCount(5).addSeeds(7).addSeeds(-1));
    assertThat(response.getImagesList())
        .extracting(image -> image.getMetadata().getSeed(), i -> i.getMetadata().getStream())
        .containsExactly(tuple(7L, 0), tuple(-1L, 0), tuple(7L, 1), tuple(-1L, 1), tuple(7L, 2));
    assertThat(response.getImagesList())
        .extracting(GeneratedImage::getData)
        .doesNotHaveDuplicates();
  }

  @Test
  void anImageOfManyIsMadeAgainAlone() {
    var all = generate(request("cats").setImageCount(7).addSeeds(7));
    var fifth = generate(request("cats").setFirstImage(5).addSeeds(7));
    assertThat(fifth.getImagesList()).containsExactly(all.getImages(5));
    assertThat(fifth.getImages(0).getMetadata().getIndex()).isEqualTo(5);
  }

  @Test
  void aSeedThatTheServerChoseIsToldAndDrawsTheSameAgain() {
    var first = generate(request("a cat"));
    long seed = first.getPlan().getRequest().getSeeds(0);
    assertThat(first.getImages(0).getMetadata().getSeed()).isEqualTo(seed);
    assertThat(generate(request("a cat").addSeeds(seed)).getImagesList())
        .isEqualTo(first.getImagesList());
  }

  @Test
  void theRecipeInTheFileMakesTheFileAgain() throws IOException {
    var all =
        generate(
            request("ein Apfel, «rot» \u0000 🍎")
                .setImageCount(6)
                .addSeeds(-3)
                .putStages(
                    "decoder",
                    StageOptions.newBuilder()
                        .setSampler("ddim")
                        .setSteps(6)
                        .setGuidanceScale(1.5)
                        .build()));
    byte[] png = all.getImages(4).getData().toByteArray();
    String json = String.valueOf(Png.text(png).get(Recipes.KEYWORD));
    assertThat(json).isEqualTo(all.getImages(4).getMetadata().getRecipe());

    var recipe = Recipes.fromJson(json);
    assertThat(recipe.getWeightsDigest()).startsWith("sha256:");
    assertThat(recipe.getSoftware()).matches("Diffusion4J [0-9].*");
    var again = generate(recipe.getRequest().toBuilder());
    assertThat(again.getImagesList())
        .extracting(GeneratedImage::getData)
        .containsExactly(all.getImages(4).getData());
  }

  @Test
  void aRecipeIsLeftOutOfTheFileOnRequest() throws IOException {
    var image =
        generate(request("a secret").setOutput(OutputOptions.newBuilder().setEmbedRecipe(false)))
            .getImages(0);
    assertThat(Png.text(image.getData().toByteArray())).isEmpty();
    assertThat(image.getMetadata().getRecipe()).contains("a secret");
  }

  @Test
  void theStreamTellsEverythingInOrderAndItsChunksMakeTheSameImages() {
    var request = request("two cats").setImageCount(2).addSeeds(1);
    var events = stream(request);

    assertThat(events.get(0).getAccepted().getPlan().getRequest().getModel()).isEqualTo("toy");
    assertThat(events.get(1).getEventCase()).isEqualTo(EventCase.STARTED);
    assertThat(events.get(events.size() - 1).getFinished().getUsage().getImages()).isEqualTo(2);
    List<Progress> progress = new ArrayList<>();
    List<ByteString> images = new ArrayList<>();
    ByteString image = ByteString.EMPTY;
    int chunks = 0;
    for (var event : events.subList(2, events.size() - 1)) {
      switch (event.getEventCase()) {
        case PROGRESS -> progress.add(event.getProgress());
        case IMAGE_CHUNK -> {
          ImageChunk chunk = event.getImageChunk();
          chunks++;
          assertThat(chunk.getImageIndex()).isEqualTo(images.size());
          assertThat(chunk.getOffset()).isEqualTo(image.size());
          assertThat(chunk.getCrc32C())
              .isEqualTo(Hashing.crc32c().hashBytes(chunk.getData().toByteArray()).asInt());
          image = image.concat(chunk.getData());
          assertThat(chunk.getTotalSize()).isGreaterThanOrEqualTo(image.size());
        }
        case IMAGE_DONE -> {
          assertThat(event.getImageDone().getMetadata().getSizeBytes()).isEqualTo(image.size());
          assertThat(event.getImageDone().getMetadata().getSha256()).isEqualTo(sha256(image));
          images.add(image);
          image = ByteString.EMPTY;
        }
        default -> throw new AssertionError("unexpected " + event);
      }
    }
    assertThat(chunks).isGreaterThan(2);
    assertThat(generate(request).getImagesList())
        .extracting(GeneratedImage::getData)
        .isEqualTo(images);
    assertThat(progress)
        .extracting(Progress::getStage)
        .containsSubsequence("prior", "decoder", "super_res");
    assertThat(progress).extracting(Progress::getImageStepsDone).isSorted();
    Progress last = progress.get(progress.size() - 1);
    assertThat(last.getImageStepsDone()).isEqualTo(last.getImageSteps()).isEqualTo(2 * (3 + 4 + 2));
    assertThat(last.getRemaining()).isEqualTo(Durations.ZERO);
  }

  @Test
  void progressOfALaterBatchGoesOnWhereTheBatchBeforeEnded() throws Exception {
    var gate = new Gate();
    List<Progress> progress;
    try (var gated = new TestServer(ToyModel.named("toy", gate::accept))) {
      Call call = Call.start(gated.channel, request("cats").setImageCount(6));
      for (int calls = 0; calls < 4 * ToyModel.BATCH; calls++) {
        gate.step();
      }
      call.awaitImages(ToyModel.BATCH); // a slow reader misses progress
      gate.open();
      assertThat(call.end().isOk()).isTrue();
      progress =
          call.events.stream()
              .filter(event -> event.hasProgress())
              .map(StreamGenerateImagesResponse::getProgress)
              .toList();
    }
    assertThat(progress).extracting(Progress::getImageStepsDone).isSorted();
    assertThat(progress)
        .extracting(p -> ImmutableList.copyOf(p.getImageIndicesList()))
        .contains(ImmutableList.of(0, 1, 2, 3), ImmutableList.of(4, 5));
    assertThat(progress.get(progress.size() - 1).getImageStepsDone()).isEqualTo(6 * 9);
  }

  @Test
  void previewsShowTheStagesThatDrawPixels() throws IOException {
    var previews =
        stream(
                request("a cat")
                    .setPreview(PreviewOptions.newBuilder().setEverySteps(2))
                    .putStages("prior", steps(6))
                    .putStages("decoder", steps(6)))
            .stream()
            .filter(event -> event.hasPreview())
            .map(StreamGenerateImagesResponse::getPreview)
            .toList();
    assertThat(previews).extracting(Preview::getStep).containsExactly(2, 4);
    for (Preview preview : previews) {
      var decoded = ImageIO.read(new ByteArrayInputStream(preview.getData().toByteArray()));
      assertThat(decoded.getWidth()).isEqualTo(ToyModel.SMALL).isEqualTo(preview.getWidth());
    }
  }

  @Test
  void validateOnlyAnswersWithThePlanAndDrawsNothing() {
    var request =
        request("cats")
            .setImageCount(3)
            .setValidateOnly(true)
            .putStages("prior", StageOptions.newBuilder().setSampler("heun").build());
    int before = decoderCalls.get();
    var response = generate(request);
    var events = stream(request);
    assertThat(decoderCalls).hasValue(before);

    assertThat(response.getImagesList()).isEmpty();
    Plan plan = response.getPlan();
    assertThat(plan.getImageSteps()).isEqualTo(3 * (3 + 4 + 2));
    assertThat(plan.getRequest().getStagesOrThrow("prior"))
        .isEqualTo(
            StageOptions.newBuilder().setSampler("heun").setSteps(3).setGuidanceScale(2).build());
    assertThat(plan.getRequest().getStagesOrThrow("super_res").getSampler()).isEqualTo("ddim");
    assertThat(plan.getRequest().getSeedsCount()).isEqualTo(1);
    assertThat(plan.getRequest().getPriority()).isEqualTo(Priority.PRIORITY_NORMAL);
    assertThat(plan.getRequest().getOutput().getMediaType()).isEqualTo("image/png");
    assertThat(events)
        .extracting(StreamGenerateImagesResponse::getEventCase)
        .containsExactly(EventCase.ACCEPTED, EventCase.FINISHED);
  }

  @Test
  void thePlanEstimatesTheTimeOnceThereWasARequest() {
    generate(request("a cat"));
    var plan = generate(request("a cat").setValidateOnly(true)).getPlan();
    assertThat(plan.hasEstimatedTime()).isTrue();
  }

  @Test
  void aRepeatOfARequestGetsTheImagesOfTheFirst() {
    var request = request("a cat").setRequestId(UUID.randomUUID().toString());
    var first = generate(request);
    int before = decoderCalls.get();
    assertThat(generate(request).getImagesList()).isEqualTo(first.getImagesList());
    assertThat(stream(request).stream().filter(event -> event.hasImageDone()))
        .extracting(event -> event.getImageDone().getMetadata())
        .containsExactly(first.getImages(0).getMetadata());
    assertThat(decoderCalls).hasValue(before);
  }

  @Test
  void aLongPromptIsAWarning() {
    String prompt = "a very long story about a red apple";
    var response = generate(request(prompt));
    assertThat(response.getImagesCount()).isEqualTo(1);
    assertThat(response.getWarningsList())
        .singleElement()
        .satisfies(
            warning -> {
              assertThat(warning.getReason()).isEqualTo("PROMPT_TRUNCATED");
              assertThat(warning.getField()).isEqualTo("text_to_image.prompt.text");
              assertThat(warning.getMessage())
                  .isEqualTo("35 letters (expected: at most 30); the rest is not read");
            });
    assertThat(stream(request(prompt)).get(0).getAccepted().getWarningsList())
        .isEqualTo(response.getWarningsList());
  }

  @Test
  void aWordThatTheModelDoesNotKnowIsAWarning() {
    var response = generate(request("a red zyzzyva"));
    assertThat(response.getImagesCount()).isEqualTo(1);
    assertThat(response.getWarningsList())
        .containsExactly(
            Warning.newBuilder()
                .setReason("UNKNOWN_WORDS")
                .setField("text_to_image.prompt.text")
                .setMessage("what is a \"zyzzyva\"?")
                .build());
  }

  private GenerateImagesResponse generate(GenerateImagesRequest.Builder request) {
    return server.blocking().generateImages(request.build());
  }

  private List<StreamGenerateImagesResponse> stream(GenerateImagesRequest.Builder request) {
    return Lists.newArrayList(server.blocking().streamGenerateImages(request.build()));
  }

  private static ByteString sha256(ByteString bytes) {
    return ByteString.copyFrom(Hashing.sha256().hashBytes(bytes.toByteArray()).asBytes());
  }
}
