package io.diffusion4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.image.ImageModel;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.StageOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class Diffusion4jImageModelTest {
  private final ToyService service = ToyService.inProcess();

  @AfterAll
  void close() {
    service.close();
  }

  private Diffusion4jImageModel.Builder builder() {
    return Diffusion4jImageModel.builder(service.client());
  }

  private static BufferedImage decoded(byte[] png) throws IOException {
    return Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(png)));
  }

  private static byte[] file(Image image) {
    return Base64.getDecoder().decode(image.base64Data());
  }

  @Test
  void aPromptBecomesTheFileOfTheService() throws IOException {
    ImageModel model = builder().model(ToyService.MODEL).seed(7).negativePrompt("text").build();
    byte[] same =
        service
            .client()
            .generate(
                Requests.textToImage("a red apple", "text").setImageCount(1).addSeeds(7).build())
            .images()
            .get(0)
            .png();
    var response = model.generate("a red apple");
    assertThat(file(response.content())).isEqualTo(same);
    assertThat(response.content().mimeType()).isEqualTo("image/png");
    assertThat(response.metadata())
        .containsEntry(Diffusion4jImageModel.RECIPES, List.of(Png.text(same).get(Recipes.KEYWORD)))
        .containsEntry(Diffusion4jImageModel.FAILURES, List.of())
        .containsKey(Diffusion4jImageModel.REQUEST_ID);
  }

  @Test
  @SuppressWarnings("unchecked") // the key's value is a list of texts
  void aRefusedImageHasAReasonAndNoData() {
    try (var refusing = ToyService.inProcess(new ToyFilter(-2, -2))) {
      var response = Diffusion4jImageModel.builder(refusing.client()).build().generate("x");
      assertThat(response.content().base64Data()).isNull();
      assertThat(response.content().url()).isNull();
      var reasons = (List<String>) response.metadata().get(Diffusion4jImageModel.REFUSALS);
      assertThat(reasons).singleElement().asString().startsWith("toy/bright: ");
    }
  }

  @Test
  void severalImagesAreSeveral() {
    var images = builder().seed(3).build().generate("a frog", 3).content();
    assertThat(images).hasSize(3);
    assertThat(images).doesNotHaveDuplicates();
  }

  @Test
  void theOptionsOfStagesReachTheService() {
    var four = StageOptions.newBuilder().setSteps(4).build();
    var two = StageOptions.newBuilder().setSteps(2).build();
    Image ofFour = builder().seed(1).stage("decoder", four).build().generate("x").content();
    Image ofTwo = builder().seed(1).stage("decoder", two).build().generate("x").content();
    assertThat(ofFour).isNotEqualTo(ofTwo);
  }

  @Test
  void lowRankUpdatesReachTheService() {
    var model = builder().lora("oil", 0.5).build();
    assertThatThrownBy(() -> model.generate("x"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("loras[0].name: \"oil\"");
  }

  @Test
  void theSizeOfTheModelMayBeAskedForAndNoOther() throws IOException {
    var own = decoded(file(builder().seed(1).build().generate("x").content()));
    var same = builder().seed(1).size(own.getWidth(), own.getHeight()).build().generate("x");
    assertThat(decoded(file(same.content())).getWidth()).isEqualTo(own.getWidth());
    assertThatThrownBy(() -> builder().size(own.getWidth(), 7).build().generate("x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("height: 7 (expected: " + own.getHeight() + ", which is what");
  }

  @Test
  void anEditIsAnImageToImageRequest() {
    var image = Image.builder().base64Data("AQID").build();
    GenerateImagesRequest request =
        builder().strength(0.25).negativePrompt("text").seed(5).build().imageToImage(image, "x");
    assertThat(request.getImageToImage().getImage().getData().toByteArray())
        .containsExactly(1, 2, 3);
    assertThat(request.getImageToImage().getStrength()).isEqualTo(0.25);
    assertThat(request.getImageToImage().getPrompt().getText()).isEqualTo("x");
    assertThat(request.getImageToImage().getPrompt().getNegativeText()).isEqualTo("text");
    assertThat(request.getSeedsList()).containsExactly(5L);
  }

  @Test
  void anEditWithAMaskIsAnInpaintRequest() {
    var image = Image.builder().base64Data("AQID").build();
    var mask = Image.builder().base64Data("BAU=").build();
    GenerateImagesRequest request = builder().build().inpaint(image, mask, "x");
    assertThat(request.getInpaint().getImage().getData().toByteArray()).containsExactly(1, 2, 3);
    assertThat(request.getInpaint().getMask().getData().toByteArray()).containsExactly(4, 5);
    assertThat(request.getInpaint().getPrompt().getText()).isEqualTo("x");
  }

  @Test
  void anImageThatIsOnlyAUrlIsRefused() {
    var image = Image.builder().url("https://example.org/a.png").build();
    assertThatThrownBy(() -> builder().build().edit(image, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("image: https://example.org/a.png (expected: Base64 data; nothing is fetched)");
  }

  @Test
  void aStrengthOutOfRangeIsRefused() {
    assertThatThrownBy(() -> builder().strength(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strength: NaN (expected: in [0, 1])");
  }

  @Test
  void refusalsAreLangChain4jsExceptions() {
    assertThatThrownBy(() -> builder().build().generate(" "))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("text_to_image.prompt.text");
    assertThatThrownBy(() -> builder().build().generate("x", 1000))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("image_count: 1000");
    assertThatThrownBy(() -> builder().model("other").build().generate("x"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("one of " + ToyService.MODEL);
  }

  @Test
  void aServiceThatIsNotThereMayBeLater() {
    try (var nobody = GenerationClient.inProcess("nobody")) {
      assertThatThrownBy(() -> Diffusion4jImageModel.builder(nobody).build().generate("x"))
          .isInstanceOf(InternalServerException.class);
    }
  }
}
