package io.diffusion4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.serving.v1.Recipe;
import org.junit.jupiter.api.Test;

class RecipesTest {
  @Test
  void aRecipeIsOneLineOfJsonAndBack() {
    Recipe recipe =
        Recipe.newBuilder()
            .setRequest(Requests.textToImage("a dog\n").addSeeds(-1))
            .setSoftware("Diffusion4J 1")
            .build();
    String json = Recipes.toJson(recipe);
    assertThat(json).doesNotContain("\n");
    assertThat(Recipes.fromJson(json)).isEqualTo(recipe);
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> Recipes.fromJson("a dog"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("recipe: ")
        .hasMessageEndingWith(" (expected: a recipe of Diffusion4J in JSON)");
  }
}
