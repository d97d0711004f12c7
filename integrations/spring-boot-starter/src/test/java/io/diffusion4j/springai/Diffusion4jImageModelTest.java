package io.diffusion4j.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageOptions;
import org.springframework.ai.image.ImageOptionsBuilder;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

@TestInstance(Lifecycle.PER_CLASS)
class Diffusion4jImageModelTest {
  private static final Diffusion4jImageOptions NOTHING = Diffusion4jImageOptions.builder().build();

  private final ToyService service = ToyService.inProcess();
  private final Diffusion4jImageModel model = new Diffusion4jImageModel(service.client());

  @AfterAll
  void close() {
    service.close();
  }

  private static byte[] file(ImageGeneration generation) {
    return Base64.getDecoder().decode(generation.getOutput().getB64Json());
  }

  private static LoraChoice lora(String name, double scale) {
    return LoraChoice.newBuilder().setName(name).setScale(scale).build();
  }

  private static GenerateImagesRequest request(List<ImageMessage> messages) {
    return PromptRequest.of(new ImagePrompt(messages), NOTHING);
  }

  @Test
  void aPromptBecomesTheFilesOfTheService() throws IOException {
    var options = Diffusion4jImageOptions.builder().n(2).seed(7).negativePrompt("text").build();
    ImageResponse response = model.call(new ImagePrompt("a red apple", options));
    var same =
        service
            .client()
            .generate(
                Requests.textToImage("a red apple", "text").setImageCount(2).addSeeds(7).build())
            .images();
    assertThat(response.getResults()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(file(response.getResults().get(i))).isEqualTo(same.get(i).png());
      assertThat(response.getResults().get(i).getMetadata())
          .isEqualTo(
              new Diffusion4jImageMetadata(
                  7,
                  i,
                  "image/png",
                  Png.text(same.get(i).png()).getOrDefault(Recipes.KEYWORD, ""),
                  ""));
    }
    assertThat(response.getMetadata().<List<String>>get(Diffusion4jImageModel.FAILURES)).isEmpty();
    assertThat(response.getMetadata().<String>get(Diffusion4jImageModel.REQUEST_ID)).isNotEmpty();
  }

  @Test
  void aRefusedImageHasAReasonAndNoData() {
    try (var refusing = ToyService.inProcess(new ToyFilter(-2, -2))) {
      ImageGeneration refused =
          new Diffusion4jImageModel(refusing.client())
              .call(new ImagePrompt("x"))
              .getResults()
              .get(0);
      assertThat(refused.getOutput().getB64Json()).isNull();
      assertThat(((Diffusion4jImageMetadata) refused.getMetadata()).refusal())
          .startsWith("toy/bright: ");
    }
  }

  @Test
  void portableOptionsAreTakenAndTheRestIsTheModels() {
    var defaults =
        Diffusion4jImageOptions.builder()
            .n(5)
            .model("other")
            .negativePrompt("text")
            .seeds(List.of(1L, 2L))
            .stage("decoder", StageOptions.newBuilder().setSteps(3).build())
            .build();
    var portable =
        ImageOptionsBuilder.builder().n(2).model("toy").responseFormat("b64_json").build();
    assertThat(PromptRequest.of(new ImagePrompt("x", portable), defaults))
        .isEqualTo(
            Requests.textToImage("x", "text")
                .setModel("toy")
                .setImageCount(2)
                .addSeeds(1)
                .addSeeds(2)
                .putAllStages(ToyService.decoderSteps(3))
                .build());
  }

  @Test
  void theOptionsOfAPromptGoBeforeThoseOfTheModel() {
    var defaults =
        Diffusion4jImageOptions.builder().n(5).seed(1).negativePrompt("a").lora("ink", 1).build();
    var own =
        Diffusion4jImageOptions.builder().n(2).seed(3).negativePrompt("b").lora("oil", 0.5).build();
    var expected = Requests.textToImage("x", "b").setImageCount(2).addSeeds(3);
    assertThat(PromptRequest.of(new ImagePrompt("x", own), defaults))
        .isEqualTo(expected.addLoras(lora("oil", 0.5)).build());
    assertThat(PromptRequest.of(new ImagePrompt("x", NOTHING), defaults).getLorasList())
        .containsExactly(lora("ink", 1));
  }

  @Test
  void aMessageOfNegativeWeightIsTheNegativePrompt() {
    assertThat(request(List.of(new ImageMessage("x", 1f), new ImageMessage("y", -1f))))
        .isEqualTo(Requests.textToImage("x", "y").build());
  }

  @Test
  void aMessageWithAnImageAsksForVariations() {
    var image = new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(new byte[] {1, 2}));
    var expected = Requests.variation(new byte[] {1, 2});
    expected.getVariationBuilder().getPromptBuilder().setText("x");
    assertThat(request(List.of(new ImageMessage("x", 1f, List.of(image), Map.of()))))
        .isEqualTo(expected.build());
  }

  @Test
  void theSizeOfTheModelMayBeAskedFor() {
    var options =
        ImageOptionsBuilder.builder()
            .width(ToyService.IMAGE_SIZE)
            .height(ToyService.IMAGE_SIZE)
            .build();
    assertThat(model.call(new ImagePrompt("x", options)).getResults()).hasSize(1);
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        Arguments.of(
            ImageOptionsBuilder.builder().width(512).build(),
            "width: 512 (expected: 160, which is what toy draws)"),
        Arguments.of(
            Diffusion4jImageOptions.builder().height(512).build(),
            "height: 512 (expected: 160, which is what toy draws)"),
        Arguments.of(
            ImageOptionsBuilder.builder().style("vivid").build(),
            "style: vivid (expected: none; describe it in the prompt)"),
        Arguments.of(
            ImageOptionsBuilder.builder().responseFormat("url").build(),
            "responseFormat: url (expected: b64_json)"),
        Arguments.of(
            new OtherOptions(),
            "options: OtherOptions (expected: Diffusion4jImageOptions, or those of"
                + " ImageOptionsBuilder)"));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void whatCannotBeDoneIsRefused(ImageOptions options, String message) {
    assertThatThrownBy(() -> model.call(new ImagePrompt("x", options)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void messagesThatCannotBeOneRequestAreRefused() {
    assertThatThrownBy(() -> request(List.of(new ImageMessage("x"), new ImageMessage("y"))))
        .hasMessage("messages: 2 of weight 1 and 0 of weight -1 (expected: 1, and at most 1)");
    assertThatThrownBy(() -> request(List.of(new ImageMessage("x", 0.5f))))
        .hasMessage("weight: 0.5 (expected: 1, or -1 for a negative prompt)");
  }

  @Test
  void refusalsAreNotToBeTriedAgain() {
    assertThatThrownBy(() -> model.call(new ImagePrompt(" ")))
        .isInstanceOf(NonTransientAiException.class)
        .hasMessageContaining("text_to_image.prompt.text");
    var other = Diffusion4jImageOptions.builder().model("other").build();
    assertThatThrownBy(() -> model.call(new ImagePrompt("x", other)))
        .isInstanceOf(NonTransientAiException.class)
        .hasMessageContaining("one of " + ToyService.MODEL);
  }

  @Test
  void aServiceThatIsNotThereMayBeLater() {
    try (var nobody = GenerationClient.inProcess("nobody")) {
      assertThatThrownBy(() -> new Diffusion4jImageModel(nobody).call(new ImagePrompt("x")))
          .isInstanceOf(TransientAiException.class);
    }
  }

  /** Another provider's, whose options are not ours. */
  private static final class OtherOptions implements ImageOptions {
    @Override
    public @Nullable Integer getN() {
      return null;
    }

    @Override
    public @Nullable String getModel() {
      return null;
    }

    @Override
    public @Nullable Integer getWidth() {
      return null;
    }

    @Override
    public @Nullable Integer getHeight() {
      return null;
    }

    @Override
    public @Nullable String getResponseFormat() {
      return null;
    }

    @Override
    public @Nullable String getStyle() {
      return null;
    }
  }
}
