package io.diffusion4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaImageModel;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.ollama.OllamaModule;
import io.diffusion4j.serving.ToyService;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** LangChain4j's client of Ollama, unmodified. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class OllamaClientTest {
  private final ToyService server = ToyService.onPort(8, query -> {}, new OllamaModule());
  private final String address = "http://127.0.0.1:" + server.port();

  @AfterAll
  void close() {
    server.close();
  }

  private OllamaImageModel.OllamaImageModelBuilder model(String name) {
    return OllamaImageModel.builder().baseUrl(address).modelName(name).maxRetries(0);
  }

  @Test
  void itDraws() throws Exception {
    ImageModel model = model("toy").seed(7).steps(3).width(160).height(160).build();
    byte[] png = Base64.getDecoder().decode(model.generate("a red apple").content().base64Data());
    var request =
        Recipes.fromJson(Objects.requireNonNull(Png.text(png).get(Recipes.KEYWORD))).getRequest();
    assertThat(request.getTextToImage().getPrompt().getText()).isEqualTo("a red apple");
    assertThat(request.getSeedsList()).containsExactly(7L);
    assertThat(request.getStagesOrThrow("decoder").getSteps()).isEqualTo(3);
    assertThat(model("toy").build().generate("a frog").content().mimeType()).isEqualTo("image/png");
  }

  @Test
  void itEmbeds() {
    EmbeddingModel model =
        OllamaEmbeddingModel.builder().baseUrl(address).modelName("toy").maxRetries(0).build();
    float[] vector = model.embed("a dog").content().vector();
    float[] own =
        new Diffusion4jEmbeddingModel(server.client(), "").embed("a dog").content().vector();
    assertThat(vector).containsExactly(own, within(1e-6f));
  }

  @Test
  void anUnknownModelIsNamed() {
    assertThatThrownBy(() -> model("other").build().generate("a frog"))
        .hasMessageContaining("model: \\\"other\\\" (expected: one of toy)");
  }
}
