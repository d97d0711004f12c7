package io.diffusion4j.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

@TestInstance(Lifecycle.PER_CLASS)
class Diffusion4jEmbeddingModelTest {
  private final ToyService service = ToyService.inProcess();
  private final Diffusion4jEmbeddingModel model =
      new Diffusion4jEmbeddingModel(service.client(), "");

  @AfterAll
  void close() {
    service.close();
  }

  @Test
  void textsAndPicturesAreInOneSpace() {
    byte[] png =
        service.client().generate(Requests.textToImage("a dog").build()).images().get(0).png();
    var media = new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(png));
    float[] image = model.embed(new Document(media, Map.of()));
    assertThat(image).hasSize(model.dimensions());
    assertThat(image)
        .isEqualTo(service.client().embeddings().directionsOfImages("", List.of(png)).get(0));
    assertThat(model.embed(new Document("a dog"))).isEqualTo(model.embed("a dog"));
    double sum = 0;
    for (float value : model.embed("a dog")) {
      sum += value * value;
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
  }

  @Test
  void textsKeepTheirOrder() {
    assertThat(model.embed(List.of("a dog", "two cats")))
        .containsExactly(model.embed("a dog"), model.embed("two cats"));
  }

  @Test
  void otherDimensionsAreRefused() {
    var options = EmbeddingOptions.builder().dimensions(7).build();
    assertThatThrownBy(() -> model.call(new EmbeddingRequest(List.of("x"), options)))
        .hasMessage("dimensions: 7 (expected: none: those of the model)");
  }

  @Test
  void anUnknownModelIsNotTriedAgain() {
    var other = new Diffusion4jEmbeddingModel(service.client(), "other");
    assertThatThrownBy(() -> other.embed("x")).isInstanceOf(NonTransientAiException.class);
  }
}
