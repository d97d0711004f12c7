package io.diffusion4j.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.ContentDisposition;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.multipart.BodyPart;
import com.linecorp.armeria.common.multipart.Multipart;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.openai.ImagesRequest.Task;
import io.diffusion4j.serving.request.OutputSize;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request of this API becomes for the service. */
class ImagesRequestTest {
  private static final OpenAiModels MODELS =
      catalogue(
          Model.newBuilder()
              .setName("emoji")
              .setIsDefault(true)
              .setUsualLikeness(0.7)
              .setImageWidth(128)
              .setImageHeight(128)
              .addStages(ModelStage.newBuilder().setName("prior").setDefaultSteps(64))
              .addStages(
                  ModelStage.newBuilder()
                      .setName("decoder")
                      .setDefaultSteps(27)
                      .setImageWidth(32)
                      .setImageHeight(32))
              .build());

  @Test
  void wordsBecomeATextToImageTask() {
    var asked =
        ImagesRequest.of(
            Task.GENERATION, json("{\"prompt\": \"a dog\", \"n\": 2, \"user\": \"u\"}"), MODELS);
    var request = GenerateImagesRequest.newBuilder().setModel("emoji").setImageCount(2);
    request.getTextToImageBuilder().getPromptBuilder().setText("a dog");
    assertThat(asked.request()).isEqualTo(request.build());
    assertThat(asked.size()).isEqualTo(new OutputSize(128, 128));
  }

  @Test
  void allImagesTogetherHaveALimit() {
    assertThatThrownBy(
            () ->
                ImagesRequest.of(
                    Task.GENERATION,
                    json(
                        "{\"prompt\": \"a\", \"model\": \"gpt-image-1\", \"n\": 2,"
                            + " \"size\": \"3840x3840\"}"),
                    MODELS))
        .hasMessage("n: 2 images of 3840x3840 (expected: at most 16777216 pixels)");
  }

  @Test
  void anImageBecomesAVariationTask() {
    byte[] image = Pictures.opaque(8, 8);
    var asked = ImagesRequest.of(Task.VARIATION, form(file("image", image)), MODELS);
    assertThat(asked.request().getVariation().getImage().getData().toByteArray()).isEqualTo(image);
    assertThat(asked.request().getVariation().getLikeness()).isEqualTo(0.7);
    assertThat(asked.request().hasImageCount()).isFalse();
  }

  @Test
  void transparentPixelsOfTheMaskAreWhiteForTheService() throws IOException {
    byte[] image = Pictures.opaque(8, 8);
    var asked =
        ImagesRequest.of(
            Task.EDIT,
            form(
                file("image[]", image),
                file("mask", Pictures.halfTransparent(8)),
                value("prompt", "42"),
                value("n", "3")),
            MODELS);
    var task = asked.request().getInpaint();
    assertThat(task.getImage().getData().toByteArray()).isEqualTo(image);
    assertThat(task.getPrompt().getText()).isEqualTo("42");
    assertThat(asked.request().getImageCount()).isEqualTo(3);
    assertHalfWhite(task.getMask().getData().toByteArray());
  }

  @Test
  void withoutAMaskTheTransparencyOfTheImageIsIt() throws IOException {
    var asked =
        ImagesRequest.of(
            Task.EDIT,
            form(file("image", Pictures.halfTransparent(8)), value("prompt", "x")),
            MODELS);
    assertHalfWhite(asked.request().getInpaint().getMask().getData().toByteArray());
  }

  private static void assertHalfWhite(byte[] mask) throws IOException {
    Image pixels = ImageFiles.read(mask, 64);
    for (int x = 0; x < 8; x++) {
      assertThat(pixels.pixels()[3 * x]).as("x = %d", x).isEqualTo(x < 4 ? 1 : -1);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 13", "2, 9", "3, 6"})
  void partialImagesArePreviewsThatAreEvenlyApart(int partialImages, int everySteps) {
    var asked =
        ImagesRequest.of(
            Task.GENERATION,
            json(
                "{\"prompt\": \"x\", \"stream\": true, \"partial_images\": " + partialImages + "}"),
            MODELS);
    assertThat(asked.request().getPreview().getEverySteps()).isEqualTo(everySteps);
  }

  @Test
  void dallE2IsTheDefaultModelUnlessThereIsOneOfThatName() {
    assertThat(MODELS.named("dall-e-2").getName()).isEqualTo("emoji");
    Model other = Model.newBuilder().setName("dall-e-2").build();
    assertThat(catalogue(MODELS.named(""), other).named("dall-e-2")).isEqualTo(other);
  }

  private static Parameters json(String body) {
    return Parameters.of(body);
  }

  @Test
  void currentModelsHaveTheirOwnDefaults() {
    var asked =
        ImagesRequest.of(
            Task.GENERATION,
            json("{\"model\": \"gpt-image-2\", \"prompt\": \"x\", \"size\": \"1536x1024\"}"),
            MODELS);
    assertThat(asked.request().getModel()).isEqualTo("emoji");
    assertThat(asked.format()).isEqualTo(ImagesRequest.Format.B64_JSON);
    assertThat(asked.size()).isEqualTo(new OutputSize(1536, 1024));
    assertThat(asked.files()).isEqualTo(new ImagesRequest.Files(true, "auto", "png", 1));
  }

  @Test
  void currentModelsChangeTheWholePictureWithoutAMask() {
    byte[] image = Pictures.opaque(8, 8);
    var asked =
        ImagesRequest.of(
            Task.EDIT,
            form(file("image", image), value("prompt", "x"), value("model", "gpt-image-1")),
            MODELS);
    assertThat(asked.request().getImageToImage().getPrompt().getText()).isEqualTo("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"size\": \"100x100\" | size: \"100x100\" (expected: auto, 1024x1024",
        "\"size\": \"64x640\" | size: \"64x640\" (expected: auto",
        "\"size\": \"0x0\" | size: \"0x0\" (expected: auto",
        "\"size\": \"99999x16\" | size: \"99999x16\" (expected: auto",
        "\"quality\": \"hd\" | quality: \"hd\" (expected: one of auto, low, medium, high)",
        "\"response_format\": \"url\" | response_format: \"url\" (expected: one of b64_json)",
        "\"output_format\": \"webp\" | output_format: \"webp\" (expected: one of png, jpeg)",
        "\"output_compression\": 101 | output_compression: 101 (expected: 0 to 100)",
      })
  void whatACurrentModelDoesNotTakeIsRefused(String field, String message) {
    var parameters = json("{\"model\": \"gpt-image-1\", \"prompt\": \"x\", " + field + "}");
    assertThatThrownBy(() -> ImagesRequest.of(Task.GENERATION, parameters, MODELS))
        .hasMessageStartingWith(message);
  }

  private static OpenAiModels catalogue(Model... models) {
    return new OpenAiModels(
        name ->
            Stream.of(models)
                .filter(
                    model -> name.isEmpty() ? model.getIsDefault() : model.getName().equals(name))
                .findFirst(),
        () -> List.of(models));
  }

  private static Parameters form(BodyPart... parts) {
    return Parameters.of(Multipart.of(parts).aggregate().join());
  }

  private static BodyPart file(String name, byte[] content) {
    return BodyPart.of(
        ContentDisposition.of("form-data", name, name + ".png"), HttpData.wrap(content));
  }

  private static BodyPart value(String name, String value) {
    return BodyPart.of(ContentDisposition.of("form-data", name), value);
  }
}
