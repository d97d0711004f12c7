package io.diffusion4j.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.ollama.OllamaModule;
import io.diffusion4j.serving.ToyService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaApi.EmbeddingsRequest;
import org.springframework.ai.ollama.api.OllamaApi.ShowModelRequest;

/** Spring AI's client of Ollama, unmodified. It has no call for images. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class OllamaClientTest {
  private final ToyService server = ToyService.onPort(8, query -> {}, new OllamaModule());
  private final OllamaApi api =
      OllamaApi.builder().baseUrl("http://127.0.0.1:" + server.port()).build();

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void itListsAndDescribesModels() {
    assertThat(api.listModels().models())
        .singleElement()
        .satisfies(model -> assertThat(model.name()).isEqualTo("toy:latest"));
    var shown = api.showModel(new ShowModelRequest("toy:latest"));
    assertThat(shown.capabilities()).containsExactly("image");
    assertThat(shown.parameters()).contains("steps ");
  }

  private float[] embedded(String text) {
    return api.embed(new EmbeddingsRequest("toy", text)).embeddings().get(0);
  }

  @Test
  void itEmbeds() {
    assertThat(embedded("a dog")).isEqualTo(embedded("a dog")).isNotEqualTo(embedded("a frog"));
  }

  @Test
  void anUnknownModelIsNamed() {
    assertThatThrownBy(() -> api.showModel(new ShowModelRequest("other")))
        .hasMessageContaining("expected: one of toy");
  }
}
