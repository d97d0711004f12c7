package io.diffusion4j.serving;

import static io.diffusion4j.serving.Pictures.file;
import static io.diffusion4j.serving.Pictures.random;
import static io.diffusion4j.serving.Pictures.whiteFrom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.common.collect.Lists;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageToImageTask;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InterpolationTask;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.ResamplingOptions;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.TextDiffTask;
import io.diffusion4j.serving.v1.UpscaleTask;
import io.diffusion4j.serving.v1.VariationTask;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The images of each task. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TasksTest {
  private static final PromptSpec WORDS = PromptSpec.newBuilder().setText("a red apple").build();

  /** Small images, so that no client reads too slowly. */
  private static final Image PICTURE = random(1, 16, 16);

  private static final Image MASK = whiteFrom(8, 16);

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @BeforeAll
  void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"), ToyModel.withoutPrior("no-prior"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static GenerateImagesRequest.Builder request() {
    return GenerateImagesRequest.newBuilder().addSeeds(7);
  }

  private static GenerateImagesRequest.Builder variation(Image image) {
    return request().setVariation(VariationTask.newBuilder().setImage(file(image)));
  }

  private static GenerateImagesRequest.Builder interpolation(Image a, Image b, double ratio) {
    return request()
        .setInterpolation(
            InterpolationTask.newBuilder().setFirst(file(a)).setSecond(file(b)).setRatio(ratio));
  }

  private static GenerateImagesRequest.Builder inpaint(Image image, Image mask) {
    return request().setInpaint(InpaintTask.newBuilder().setImage(file(image)).setMask(file(mask)));
  }

  private static GenerateImagesRequest.Builder imageToImage(Image image, double strength) {
    return request()
        .setImageToImage(ImageToImageTask.newBuilder().setImage(file(image)).setStrength(strength));
  }

  private static GenerateImagesRequest.Builder upscale(Image image) {
    return request().setUpscale(UpscaleTask.newBuilder().setImage(file(image)));
  }

  private static GenerateImagesRequest.Builder textDiff(Image image, double ratio) {
    return request()
        .setTextDiff(
            TextDiffTask.newBuilder()
                .setImage(file(image))
                .setFromText("a cat")
                .setToText("a dog!")
                .setRatio(ratio));
  }

  private static GenerateImagesRequest.Builder fromEmbedding(Float... values) {
    return request()
        .setFromEmbedding(
            FromEmbeddingTask.newBuilder()
                .setImageEmbedding(Embedding.newBuilder().addAllValues(List.of(values))));
  }

  /** A request for each task, with its stages and the steps of an image. */
  static Stream<Arguments> tasks() {
    var resampled = inpaint(PICTURE, MASK);
    resampled
        .getInpaintBuilder()
        .setResampling(ResamplingOptions.newBuilder().setJumpLength(1).setTimes(2));
    var inWords = inpaint(PICTURE, MASK);
    inWords.getInpaintBuilder().setPrompt(WORDS);
    var onInWords = imageToImage(PICTURE, 0.5);
    onInWords.getImageToImageBuilder().setPrompt(WORDS);
    var alike = variation(random(1, 30, 20));
    alike.getVariationBuilder().setLikeness(0.5);
    return Stream.of(
        arguments(
            TestServer.request("a cat").addSeeds(7),
            Map.of("prior", 3, "decoder", 4, "super_res", 2)),
        arguments(variation(random(1, 30, 20)), Map.of("decoder", 4, "super_res", 2)),
        arguments(alike, Map.of("decoder", 8, "super_res", 2)),
        arguments(
            interpolation(PICTURE, random(2, 9, 9), 0.3), Map.of("decoder", 4, "super_res", 2)),
        arguments(inpaint(PICTURE, MASK), Map.of("decoder", 4, "super_res", 2)),
        arguments(inWords, Map.of("prior", 3, "decoder", 4, "super_res", 2)),
        arguments(resampled, Map.of("decoder", 7, "super_res", 2)),
        arguments(imageToImage(PICTURE, 0.5), Map.of("decoder", 2, "super_res", 1)),
        arguments(onInWords, Map.of("prior", 3, "decoder", 2, "super_res", 1)),
        arguments(imageToImage(PICTURE, 0), Map.of()),
        arguments(upscale(PICTURE), Map.of("super_res", 2)),
        arguments(textDiff(PICTURE, 0.3), Map.of("decoder", 8, "super_res", 2)),
        arguments(fromEmbedding(0.1f, -0.2f, 0.3f, 0.4f), Map.of("decoder", 4, "super_res", 2)));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aTaskDrawsImagesOfTheSizeOnTheCardInAsManyStepsAsPlanned(
      GenerateImagesRequest.Builder request, Map<String, Integer> steps) {
    long each = steps.values().stream().mapToLong(Integer::longValue).sum();
    var response = generate(request.clone().setImageCount(3));
    assertThat(response.getImagesList()).hasSize(3);
    for (GeneratedImage image : response.getImagesList()) {
      Image decoded = Pictures.decoded(image.getData());
      assertThat(decoded.width()).isEqualTo(ToyModel.LARGE);
      assertThat(decoded.height()).isEqualTo(ToyModel.LARGE);
    }
    assertThat(response.getPlan().getImageSteps()).isEqualTo(3 * each);
    assertThat(response.getUsage().getImageSteps()).isEqualTo(3 * each);
    assertThat(response.getUsage().getStagesList())
        .extracting(stage -> stage.getStage())
        .containsExactlyInAnyOrderElementsOf(steps.keySet());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void progressGoesUpToTheWhole(GenerateImagesRequest.Builder request, Map<String, Integer> steps) {
    List<Progress> progress =
        Lists.newArrayList(
                server.blocking().streamGenerateImages(request.clone().setImageCount(3).build()))
            .stream()
            .filter(StreamGenerateImagesResponse::hasProgress)
            .map(StreamGenerateImagesResponse::getProgress)
            .toList();
    assertThat(progress).extracting(Progress::getImageStepsDone).isSorted();
    long all = 3 * steps.values().stream().mapToLong(Integer::longValue).sum();
    if (all > 0) {
      assertThat(progress.get(progress.size() - 1).getImageStepsDone()).isEqualTo(all);
    } else {
      assertThat(progress).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void anImageIsTheSameAloneAndTheRecipeMakesItAgain(
      GenerateImagesRequest.Builder request, Map<String, Integer> steps) throws IOException {
    var all = generate(request.clone().setImageCount(3));
    var alone = generate(request.clone().setFirstImage(2));
    assertThat(alone.getImagesList()).containsExactly(all.getImages(2));
    String recipe =
        Png.text(all.getImages(2).getData().toByteArray()).getOrDefault(Recipes.KEYWORD, "");
    var again = generate(Recipes.fromJson(recipe).getRequest().toBuilder());
    assertThat(again.getImagesList())
        .extracting(GeneratedImage::getData)
        .containsExactly(all.getImages(2).getData());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void thePlanIsARequestForTheSame(
      GenerateImagesRequest.Builder request, Map<String, Integer> steps) {
    var first = generate(request.clone());
    var plan = first.getPlan().getRequest().toBuilder().clearRequestId();
    var again = generate(plan);
    assertThat(again.getImagesList()).isEqualTo(first.getImagesList());
    assertThat(again.getPlan().getRequest().toBuilder().clearRequestId().build())
        .isEqualTo(plan.build());
  }

  @Test
  void whatIsKeptIsInTheAnswerAsItWasGiven() {
    Image image = random(3);
    Image mask = whiteFrom(100, ToyModel.LARGE);
    Image drawn = Pictures.decoded(generate(inpaint(image, mask)).getImages(0).getData());
    for (int i = 0; i < drawn.pixels().length; i++) {
      if (mask.pixels()[i] == -1) {
        assertThat(drawn.pixels()[i]).isEqualTo(image.pixels()[i]);
      }
    }
    assertThat(drawn.pixels()).isNotEqualTo(image.pixels());
  }

  @Test
  void noStrengthIsTheImageAndFullStrengthIsADraw() {
    Image image = random(3);
    ByteString kept = generate(imageToImage(image, 0)).getImages(0).getData();
    assertThat(Pictures.decoded(kept).pixels()).isEqualTo(image.pixels());
    var forgotten = imageToImage(image, 1);
    forgotten.getImageToImageBuilder().setPrompt(WORDS);
    Image drawn = Pictures.decoded(generate(forgotten).getImages(0).getData());
    Image plain =
        Pictures.decoded(
            generate(TestServer.request("a red apple").addSeeds(7)).getImages(0).getData());
    assertThat(drawn.pixels()).isEqualTo(plain.pixels());
  }

  @Test
  void theEndsOfAnInterpolationAreTheVariations() {
    Image a = random(1);
    Image b = random(2);
    for (int end = 0; end < 2; end++) {
      assertThat(pixels(interpolation(a, b, end))).isEqualTo(pixels(variation(end == 0 ? a : b)));
    }
  }

  @Test
  void wordsChangeWhatIsDrawn() {
    var inWords = variation(random(1));
    inWords.getVariationBuilder().setPrompt(WORDS);
    var response = generate(inWords);
    assertThat(response.getImages(0).getMetadata().hasClipScore()).isTrue();
    var edit = inpaint(random(1), whiteFrom(80, ToyModel.LARGE));
    float[] without = pixels(edit);
    edit.getInpaintBuilder().setPrompt(WORDS);
    assertThat(pixels(edit)).isNotEqualTo(without);
  }

  @Test
  void theScoreOfAnImageIsItsCosineWithTheWords() {
    var metadata = generate(TestServer.request("a cat")).getImages(0).getMetadata();
    assertThat(metadata.getClipScore()).isBetween(-1.0, 1.0).isNotZero();
    assertThat(generate(variation(random(1))).getImages(0).getMetadata().hasClipScore()).isFalse();
  }

  @Test
  void defaultsAreFilledIn() {
    var strength = imageToImage(random(1), 0);
    strength.getImageToImageBuilder().clearStrength();
    assertThat(plan(strength).getImageToImage().getStrength()).isEqualTo(0.5);
    var ratio = interpolation(random(1), random(2), 0);
    ratio.getInterpolationBuilder().clearRatio();
    assertThat(plan(ratio).getInterpolation().getRatio()).isEqualTo(0.5);
    var diff = textDiff(random(1), 0);
    diff.getTextDiffBuilder().clearRatio();
    assertThat(plan(diff).getTextDiff().getRatio()).isEqualTo(0.35);
    assertThat(plan(diff).getStagesOrThrow("decoder").getGuidanceScale()).isEqualTo(1);
    diff.putStages("decoder", StageOptions.newBuilder().setGuidanceScale(2.5).build());
    assertThat(plan(diff).getStagesOrThrow("decoder").getGuidanceScale()).isEqualTo(2.5);
  }

  @Test
  void ofALargeImageThePlanHoldsWhatIsRead() {
    var plan = plan(variation(random(1, 700, 350)));
    Image read = Pictures.decoded(plan.getVariation().getImage().getData());
    assertThat(read.width()).isEqualTo(512);
    assertThat(read.height()).isEqualTo(256);
  }

  @Test
  void whatAFileSaysBesidesItsPixelsIsLeftOut() throws IOException {
    Image image = random(1, 8, 8);
    byte[] talkative = Png.encode(image, Map.of("Comment", "a secret"));
    var plan = plan(request().setVariation(VariationTask.newBuilder().setImage(file(talkative))));
    byte[] kept = plan.getVariation().getImage().getData().toByteArray();
    assertThat(Png.text(kept)).isEmpty();
    assertThat(Pictures.decoded(ByteString.copyFrom(kept)).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void aModelWithoutAPriorEditsWithoutWords() {
    var edit = inpaint(random(1), whiteFrom(80, ToyModel.LARGE)).setModel("no-prior");
    assertThat(generate(edit).getImagesList()).hasSize(1);
    edit.getInpaintBuilder().setPrompt(WORDS);
    assertThat(Refusal.of(() -> generate(edit)).message())
        .isEqualTo(
            "inpaint.prompt.text: \"a red apple\" (expected: empty; the model takes no prompt)");
  }

  @Test
  void aMultistepMethodThatIsToGoBackIsRefused() {
    var edit =
        inpaint(random(1), whiteFrom(80, ToyModel.LARGE))
            .putStages("decoder", StageOptions.newBuilder().setSampler("dpmpp-2m").build());
    edit.getInpaintBuilder()
        .setResampling(ResamplingOptions.newBuilder().setJumpLength(1).setTimes(2));
    assertThat(Refusal.of(() -> generate(edit)).message())
        .isEqualTo(
            "stages[\"decoder\"]: sampler: one that remembers earlier steps (expected: a method of"
                + " one step, such as ddim, to go back and draw again)");
  }

  private float[] pixels(GenerateImagesRequest.Builder request) {
    return Pictures.decoded(generate(request).getImages(0).getData()).pixels();
  }

  private GenerateImagesRequest plan(GenerateImagesRequest.Builder request) {
    return generate(request.setValidateOnly(true)).getPlan().getRequest();
  }

  private GenerateImagesResponse generate(GenerateImagesRequest.Builder request) {
    return server.blocking().withMaxInboundMessageSize(64 << 20).generateImages(request.build());
  }
}
