package io.diffusion4j.serving.request;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.serving.v1.ModelPart;
import io.diffusion4j.serving.v1.Recipe;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeFileTest {
  private static ModelPart part(String kind, String digest) {
    return ModelPart.newBuilder()
        .setKind(kind)
        .setModule("example.Mine")
        .setPlugin("mine.jar")
        .setDigest(digest)
        .build();
  }

  private static RecipeFile drawnBy(ModelPart... parts) {
    var recipe = Recipe.newBuilder().addAllParts(List.of(parts)).build();
    return new RecipeFile("apple.png", new byte[0], recipe);
  }

  @Test
  void aNamedThingThatDrewMustBeThereFromTheSameJar() {
    RecipeFile drawn = drawnBy(part("sampler mine", "sha256:1"));
    assertThatCode(() -> drawn.requireParts(List.of(part("sampler mine", "sha256:1"))))
        .doesNotThrowAnyException();
    for (List<ModelPart> present :
        List.of(List.<ModelPart>of(), List.of(part("sampler mine", "sha256:2")))) {
      assertThatThrownBy(() -> drawn.requireParts(present))
          .hasMessage(
              "plugin: none with the part sampler mine by example.Mine of mine.jar that drew"
                  + " apple.png (expected: --plugin mine.jar with sha256:1)");
    }
  }

  @Test
  void oneThatDidNotDrawMayBeThereUnlikeAReplacedPart() {
    RecipeFile drawn = drawnBy();
    assertThatCode(() -> drawn.requireParts(List.of(part("sampler mine", "sha256:1"))))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> drawn.requireParts(List.of(part("prior", "sha256:1"))))
        .hasMessageContaining("expected: none; apple.png was drawn by the model's own part");
  }
}
