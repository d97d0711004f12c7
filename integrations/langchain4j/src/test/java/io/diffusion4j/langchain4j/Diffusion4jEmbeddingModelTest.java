package io.diffusion4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import java.net.URI;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class Diffusion4jEmbeddingModelTest {
  private final ToyService service = ToyService.inProcess();
  private final EmbeddingModel model = new Diffusion4jEmbeddingModel(service.client(), "");
  private final byte[] picture =
      service.client().generate(Requests.textToImage("a dog").build()).images().get(0).png();

  @AfterAll
  void close() {
    service.close();
  }

  private static double norm(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  @Test
  void textsAndPicturesAreInOneSpace() {
    float[] text = model.embed("a dog").content().vector();
    float[] image = Diffusion4jEmbeddingModel.embed(model, picture).vector();
    assertThat(text).hasSameSizeAs(image).hasSize(model.dimension());
    assertThat(norm(text)).isCloseTo(1, within(1e-6));
    assertThat(norm(image)).isCloseTo(1, within(1e-6));
    assertThat(model.supportedContentTypes()).contains(ContentType.TEXT, ContentType.IMAGE);
  }

  @Test
  void aRequestKeepsTheOrderOfItsInputs() {
    var content = ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/png");
    var request =
        EmbeddingRequest.builder()
            .inputs(
                List.of(
                    EmbeddingInput.from("a dog"),
                    EmbeddingInput.from(content),
                    EmbeddingInput.from("two cats")))
            .build();
    assertThat(model.embed(request).embeddings())
        .containsExactly(
            model.embed("a dog").content(),
            Diffusion4jEmbeddingModel.embed(model, picture),
            model.embed("two cats").content());
  }

  @Test
  void moreTextsThanARequestTakesAreSeveralRequests() {
    var texts = Collections.nCopies(65, TextSegment.from("a dog"));
    assertThat(model.embedAll(texts).content())
        .hasSize(65)
        .containsOnly(model.embed("a dog").content());
  }

  @Test
  void whatCannotBeEmbeddedIsRefused() {
    var other = new Diffusion4jEmbeddingModel(service.client(), "other");
    assertThatThrownBy(() -> other.embed("x")).isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> Diffusion4jEmbeddingModel.embed(model, new byte[] {1}))
        .isInstanceOf(InvalidRequestException.class);
    var two = EmbeddingInput.from(TextContent.from("x"), TextContent.from("y"));
    assertThatThrownBy(() -> model.embed(EmbeddingRequest.builder().input(two).build()))
        .hasMessage("contents: 2 (expected: one text or one picture)");
    var url = EmbeddingInput.from(ImageContent.from(URI.create("https://a.example/a.png")));
    assertThatThrownBy(() -> model.embed(EmbeddingRequest.builder().input(url).build()))
        .hasMessageContaining("expected: Base64 data");
    var sized = EmbeddingRequest.builder().input("x").dimensions(7).build();
    assertThatThrownBy(() -> model.embed(sized)).isInstanceOf(UnsupportedFeatureException.class);
  }
}
